package org.pernodedrop.nn;

/**
 * What one pass runs on.
 *
 * @param samples B
 * @param firstSample index of row 0 in the global batch, which masks are drawn by
 * @param mode what the pass is for
 */
record Batch(int samples, int firstSample, Mode mode) {}

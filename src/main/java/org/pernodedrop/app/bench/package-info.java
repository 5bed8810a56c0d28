/**
 * Benchmarks that others can repeat: one layer in all ways to compute it, beside the plain dense layer, and whole trainings,
 * in one run. Results are checked before anything is timed; what was measured are lines of JSON.
 */
package org.pernodedrop.app.bench;

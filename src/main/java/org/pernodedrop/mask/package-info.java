/**
 * The random mask: the normative definition that all backends, strategies and tests follow.
 *
 * <p>A mask value is a pure function of (seed, layer, step, sample, input, output): independent of launch shape, batch
 * split, number of threads and device. The parts, from the bottom up: {@link org.pernodedrop.mask.Philox} maps a
 * position to four random words, {@link org.pernodedrop.mask.LayerKey} derives a key for each layer,
 * {@link org.pernodedrop.mask.DropRate} approximates a probability by binary digits,
 * {@link org.pernodedrop.mask.BoxMuller} transforms words to normals, and {@link org.pernodedrop.mask.Mask} combines
 * them. {@link org.pernodedrop.mask.MaskExport} writes a whole mask to a file, and
 * {@link org.pernodedrop.mask.MaskStatistics} compares its values with their expectations.
 */
package org.pernodedrop.mask;

/**
 * The random mask, as one normative definition that every backend, strategy and test draws from.
 *
 * <p>A mask value is a pure function of (seed, layer, step, sample, input, output): never of launch shape, batch split,
 * thread count or device. The pieces, from the bottom up: {@link org.pernodedrop.mask.Philox} turns a position into four
 * random words, {@link org.pernodedrop.mask.LayerKey} gives every layer its own key, {@link
 * org.pernodedrop.mask.DropRate} turns a probability into binary digits, {@link org.pernodedrop.mask.BoxMuller} turns
 * words into normals, and {@link org.pernodedrop.mask.Mask} puts them together. {@link
 * org.pernodedrop.mask.MaskExport} writes a whole mask to a file, and {@link org.pernodedrop.mask.MaskStatistics} tells
 * whether its values are what they should be.
 */
package org.pernodedrop.mask;

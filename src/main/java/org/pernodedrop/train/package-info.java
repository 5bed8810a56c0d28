/**
 * Training: epochs of mini-batches from the seed, what they are measured by, and the files that keep it.
 *
 * <p>{@link org.pernodedrop.train.Trainer} trains a {@link org.pernodedrop.nn.Network} on a {@link
 * org.pernodedrop.train.ResidentDataset}; {@link org.pernodedrop.train.RunDirectory} writes what it measured.
 */
package org.pernodedrop.train;

/**
 * Training: epochs of mini-batches from the seed, what they are measured by, and the files that keep it.
 *
 * <p>{@link org.pernodedrop.train.Trainer} trains a {@link org.pernodedrop.nn.Network} on a {@link
 * org.pernodedrop.train.BatchSource}, a data set on the device or one whose batches are copied there from the host, with
 * the same numbers; {@link org.pernodedrop.train.PlacedData} chooses. {@link org.pernodedrop.train.RunDirectory} writes what it measured.
 */
package org.pernodedrop.train;

/**
 * Training: epochs of mini-batches that are determined by a seed, metrics, and the files of a run.
 *
 * <p>{@link org.pernodedrop.train.Trainer} trains a {@link org.pernodedrop.nn.Network} on a
 * {@link org.pernodedrop.train.BatchSource}, a data set in device memory or streamed from the host, with the same
 * results; {@link org.pernodedrop.train.PlacedData} chooses. {@link org.pernodedrop.train.RunDirectory} holds a run's
 * files.
 */
package org.pernodedrop.train;

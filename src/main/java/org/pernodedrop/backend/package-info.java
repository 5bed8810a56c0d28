/**
 * The seam between the network and the device: buffers, the state of a training step, and the operations that a network
 * needs, checked once here and computed behind.
 *
 * <p>All matrices are row-major and dense, in flat buffers of 32-bit floats. Operations are enqueued in the order of the
 * calls and see each other's results; {@link org.pernodedrop.backend.Backend#synchronize} waits for them. Nothing is copied
 * to the host but by an explicit download or by reading an accumulator. The same calls give the same bits on the same
 * machine, whatever the number of threads.
 */
package org.pernodedrop.backend;

/**
 * The interface between networks and devices: buffers, the state of a training step, and the operations that a network
 * needs. The themes here check arguments; {@code backend.cpu} and {@code backend.cuda} compute.
 *
 * <p>All matrices are row-major and dense, in flat buffers of 32-bit floats. Operations are enqueued in the order of the
 * calls and see each other's results; {@link org.pernodedrop.backend.Backend#synchronize} waits for them. Only downloads
 * and the reading of accumulators copy to the host. The same calls give the same bits on the same machine, whatever the
 * number of threads.
 */
package org.pernodedrop.backend;

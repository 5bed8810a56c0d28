package org.pernodedrop.train;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/**
 * Batches of a data set, one after the other in the same buffers, so that a step on them can be captured once as a
 * graph.
 *
 * <pre>{@code
 * batches.start(order, sizes);
 * for (int count = batches.next(); count > 0; count = batches.next()) {
 *     batches.gather(count);
 *     network.step(batches.features(), batches.labels(), count, totals);
 * }
 * }</pre>
 */
interface Batches extends AutoCloseable {
    /**
     * Starts a pass.
     *
     * @param order row numbers; not copied
     * @param sizes of the batches
     */
    void start(int[] order, BatchSizes sizes);

    /** Starts a pass with batches of this size; the last holds the remainder. */
    default void start(int[] order, int size) {
        start(order, BatchSizes.of(order.length, size));
    }

    /** Prepares the next batch by operations that a graph cannot hold; returns its number of rows, 0 after the last. */
    int next();

    /** Gathers that batch into the buffers by operations that a graph can hold. */
    void gather(int count);

    /** Row-major [most, features]. */
    DeviceFloats features();

    /** [most]. */
    DeviceInts labels();

    @Override
    void close();
}

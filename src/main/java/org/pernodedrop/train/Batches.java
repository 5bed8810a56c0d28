package org.pernodedrop.train;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;

/**
 * Batches of a data set, one after the other in the same buffers, so that what is computed on them can be recorded once.
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
     * Starts anew.
     *
     * @param order numbers of the rows to take; not a copy
     * @param sizes of the batches that these are cut into
     */
    void start(int[] order, BatchSizes sizes);

    /** Starts anew, with batches of this size and a last one of what is left. */
    default void start(int[] order, int size) {
        start(order, BatchSizes.of(order.length, size));
    }

    /** Brings the next batch near, by what cannot be recorded; the number of its rows, 0 if there is none. */
    int next();

    /** Puts that batch into the buffers, by operations that can be recorded. */
    void gather(int count);

    /** Row-major [most, features]. */
    DeviceFloats features();

    /** [most]. */
    DeviceInts labels();

    @Override
    void close();
}

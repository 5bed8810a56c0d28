package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.Workspace;

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
abstract class Batches implements AutoCloseable {
    final Workspace workspace;
    private final DeviceFloats features;
    private final DeviceInts labels;
    BatchSizes sizes = BatchSizes.of(0, 1);
    int taken;

    /** @param most examples of the largest batch */
    Batches(Backend backend, int most, int featureCount) {
        workspace = new Workspace(backend);
        features = workspace.allocate((long) most * featureCount);
        labels = workspace.allocateInts(most);
    }

    /**
     * Starts a pass.
     *
     * @param order row numbers; not copied
     * @param sizes of the batches
     */
    abstract void start(int[] order, BatchSizes sizes);

    /** Starts a pass with batches of this size; the last holds the remainder. */
    void start(int[] order, int size) {
        start(order, BatchSizes.of(order.length, size));
    }

    /** Prepares the next batch by operations that a graph cannot hold; returns its number of rows, 0 after the last. */
    abstract int next();

    /** Gathers that batch into the buffers by operations that a graph can hold. */
    abstract void gather(int count);

    /** Row-major [most, features]. */
    DeviceFloats features() {
        return features;
    }

    /** [most]. */
    DeviceInts labels() {
        return labels;
    }

    @Override
    public void close() {
        workspace.close();
    }
}

package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.Workspace;

/**
 * Batches gathered on the device. Only the numbers of a batch's rows are copied before it, within the device and to one
 * place, so that gathering can be recorded.
 */
final class ResidentBatches implements Batches {
    private final Backend backend;
    private final ResidentDataset data;
    private final Workspace workspace;
    private final DeviceInts order;
    private final DeviceInts rows;
    private final DeviceFloats features;
    private final DeviceInts labels;
    private BatchSizes sizes = BatchSizes.of(0, 1);
    private int taken;

    ResidentBatches(Backend backend, ResidentDataset data, int wanted) {
        int most = Math.min(wanted, data.examples());
        this.backend = backend;
        this.data = data;
        workspace = new Workspace(backend);
        order = workspace.allocateInts(data.examples());
        rows = workspace.allocateInts(most);
        features = workspace.allocate((long) most * data.featureCount());
        labels = workspace.allocateInts(most);
    }

    @Override
    public void start(int[] rowNumbers, BatchSizes batchSizes) {
        backend.memory().upload(rowNumbers, 0, order.slice(0, rowNumbers.length));
        sizes = batchSizes;
        taken = 0;
    }

    @Override
    public int next() {
        int count = sizes.after(taken);
        if (count > 0) {
            backend.vectors().copy(order.slice(taken, count), rows.slice(0, count));
            taken += count;
        }
        return count;
    }

    @Override
    public void gather(int count) {
        backend.vectors().gatherRows(count, data.featureCount(), data.features(), rows, features);
        backend.vectors().gatherLabels(count, data.labels(), rows, labels);
    }

    @Override
    public DeviceFloats features() {
        return features;
    }

    @Override
    public DeviceInts labels() {
        return labels;
    }

    @Override
    public void close() {
        workspace.close();
    }
}

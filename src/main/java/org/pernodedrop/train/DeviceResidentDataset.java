package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.data.Dataset;

/** A data set in device memory: uploaded once, so that no step waits for the host. */
public final class DeviceResidentDataset implements BatchSource {
    private final Backend backend;
    private final int examples;
    private final int featureCount;
    private final Workspace workspace;
    private final DeviceFloats features;
    private final DeviceInts labels;

    /**
     * Uploads a data set.
     *
     * @throws org.pernodedrop.driver.OutOfDeviceMemoryException if memory does not suffice; nothing stays allocated
     *     then
     */
    public DeviceResidentDataset(Backend backend, Dataset data) {
        this.backend = backend;
        examples = data.examples();
        featureCount = data.featureCount();
        workspace = new Workspace(backend);
        features = workspace.allocate((long) examples * featureCount);
        labels = workspace.allocateInts(examples);
        try {
            backend.memory().upload(data.features(), 0, features);
            backend.memory().upload(data.labels(), 0, labels);
        } catch (RuntimeException | Error e) {
            workspace.close();
            throw e;
        }
    }

    /** Size of a data set in device memory, in bytes. */
    static long bytes(Dataset data) {
        return data.examples() * ((long) data.featureCount() * Float.BYTES + Integer.BYTES);
    }

    @Override
    public int examples() {
        return examples;
    }

    @Override
    public int featureCount() {
        return featureCount;
    }

    /** Row-major [examples, features]. */
    public DeviceFloats features() {
        return features;
    }

    /** [examples]. */
    public DeviceInts labels() {
        return labels;
    }

    @Override
    public Batches batches(int most) {
        return new DeviceResidentBatches(backend, this, Math.min(most, examples));
    }

    @Override
    public void close() {
        workspace.close();
    }

    /**
     * Batches gathered on the device. Before each batch only its row numbers are copied, on the device and to a fixed
     * address, so that a graph can hold the gather.
     */
    static final class DeviceResidentBatches extends Batches {
        private final Backend backend;
        private final DeviceResidentDataset data;
        private final DeviceInts order;
        private final DeviceInts rows;

        DeviceResidentBatches(Backend backend, DeviceResidentDataset data, int most) {
            super(backend, most, data.featureCount());
            this.backend = backend;
            this.data = data;
            order = workspace.allocateInts(data.examples());
            rows = workspace.allocateInts(most);
        }

        @Override
        void start(int[] rowNumbers, BatchSizes batchSizes) {
            backend.memory().upload(rowNumbers, 0, order.slice(0, rowNumbers.length));
            sizes = batchSizes;
            taken = 0;
        }

        @Override
        int next() {
            int count = sizes.after(taken);
            if (count > 0) {
                backend.vectors().copy(order.slice(taken, count), rows.slice(0, count));
                taken += count;
            }
            return count;
        }

        @Override
        void gather(int count) {
            backend.vectors().gatherRows(count, data.featureCount(), data.features(), rows, features());
            backend.vectors().gatherLabels(count, data.labels(), rows, labels());
        }
    }
}

package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.data.Dataset;

/** A data set on a device: uploaded once, so that no step waits for the host. */
public final class ResidentDataset implements BatchSource {
    private final Backend backend;
    private final int examples;
    private final int featureCount;
    private final Workspace workspace;
    private final DeviceFloats features;
    private final DeviceInts labels;

    /**
     * Uploads a data set.
     *
     * @throws org.pernodedrop.driver.OutOfDeviceMemoryException if there is no room; nothing is left behind then
     */
    public ResidentDataset(Backend backend, Dataset data) {
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

    /** Bytes that a data set takes on a device. */
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
        return new ResidentBatches(backend, this, most);
    }

    @Override
    public void close() {
        workspace.close();
    }
}

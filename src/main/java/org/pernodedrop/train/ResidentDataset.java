package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.data.Dataset;

/** A data set on a device: uploaded once, so that no step waits for the host. */
public final class ResidentDataset implements AutoCloseable {
    private final int examples;
    private final int featureCount;
    private final DeviceFloats features;
    private final DeviceInts labels;

    /** Uploads a data set. */
    public ResidentDataset(Backend backend, Dataset data) {
        examples = data.examples();
        featureCount = data.featureCount();
        features = backend.allocate((long) examples * featureCount);
        try {
            labels = backend.allocateInts(examples);
            backend.upload(data.features(), 0, features);
            backend.upload(data.labels(), 0, labels);
        } catch (RuntimeException | Error e) {
            features.close();
            throw e;
        }
    }

    /** Number of examples. */
    public int examples() {
        return examples;
    }

    /** Number of features of an example. */
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
    public void close() {
        features.close();
        labels.close();
    }
}

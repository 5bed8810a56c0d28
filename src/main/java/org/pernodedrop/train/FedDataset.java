package org.pernodedrop.train;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.Dataset;

/** A data set on the host, whose batches are copied to a device while that computes on those before. */
public final class FedDataset implements BatchSource {
    private final Backend backend;
    private final Dataset data;

    /** Takes nothing of the device before {@link #batches}. */
    public FedDataset(Backend backend, Dataset data) {
        this.backend = backend;
        this.data = data;
    }

    @Override
    public int examples() {
        return data.examples();
    }

    @Override
    public int featureCount() {
        return data.featureCount();
    }

    @Override
    public Batches batches(int most) {
        return new FedBatches(backend, data, most);
    }

    /** Does nothing: batches belong to those who asked for them. */
    @Override
    public void close() {}
}

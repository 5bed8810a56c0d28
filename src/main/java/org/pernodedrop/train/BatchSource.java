package org.pernodedrop.train;

/**
 * A data set that provides batches: in device memory as a whole, or streamed from the host. Both give the same results,
 * bit for bit.
 */
public sealed interface BatchSource extends AutoCloseable permits DeviceResidentDataset, StreamedDataset {
    /** Number of examples. */
    int examples();

    /** Number of features of an example. */
    int featureCount();

    /**
     * Allocates buffers for batches of this data set, owned by the caller.
     *
     * @param most examples of the largest batch, at least 1; limited to the number of examples
     */
    Batches batches(int most);

    /** Frees its device memory. */
    @Override
    void close();
}

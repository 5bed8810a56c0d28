package org.pernodedrop.train;

/**
 * A data set that batches are taken from: on the device as a whole, or on the host. Which of both makes no difference to
 * any number.
 */
public sealed interface BatchSource extends AutoCloseable permits DeviceResidentDataset, StreamedDataset {
    /** Number of examples. */
    int examples();

    /** Number of features of an example. */
    int featureCount();

    /**
     * Room for batches of this data set, owned by the caller.
     *
     * @param most examples of a batch, at least 1; more than there are need no more room
     */
    Batches batches(int most);

    /** Gives back what it holds on the device. */
    @Override
    void close();
}

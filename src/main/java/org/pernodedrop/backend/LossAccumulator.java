package org.pernodedrop.backend;

/** Sums of losses and hits on the device, read by the host when it likes; made by {@link Memory#newLossAccumulator}. */
public interface LossAccumulator extends AutoCloseable {
    /** Back to zero. */
    void reset();

    /** What was gathered; waits for the device. */
    LossTotals read();

    /** Gives back what it holds on the device. */
    @Override
    void close();
}

package org.pernodedrop.backend;

/** Batches picked out of a data set. Arguments are right when they arrive, but for the row numbers. */
public interface GatherKernels {
    /** Implements {@link Backend#gatherRows}. */
    void rows(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to);

    /** Implements {@link Backend#gatherLabels}. */
    void labels(int count, DeviceInts from, DeviceInts rows, DeviceInts to);
}

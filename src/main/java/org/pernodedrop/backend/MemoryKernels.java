package org.pernodedrop.backend;

/** Room on a device and transfers to and from it; all refused in recordings. Arguments are right when they arrive. */
public interface MemoryKernels {
    /** Implements {@link Backend#allocate}. */
    DeviceFloats allocate(long length);

    /** Implements {@link Backend#allocateInts}. */
    DeviceInts allocateInts(long length);

    /** Implements {@link Backend#newStepState}. */
    StepState newStepState(long seed);

    /** Implements {@link Backend#newLossAccumulator}. */
    LossAccumulator newLossAccumulator();

    /** Implements {@link Backend#newBatchFeed}. */
    BatchFeed newBatchFeed(int features, int labels);

    /** Implements {@link Backend#newTimer}. */
    DeviceTimer newTimer();

    /** Implements {@link Backend#upload(float[], int, DeviceFloats)}. */
    void upload(float[] from, int offset, DeviceFloats to);

    /** Implements {@link Backend#upload(int[], int, DeviceInts)}. */
    void upload(int[] from, int offset, DeviceInts to);

    /** Implements {@link Backend#download(DeviceFloats, float[], int)}. */
    void download(DeviceFloats from, float[] to, int offset);
}

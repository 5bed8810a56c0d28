package org.pernodedrop.backend;

/** Windows over images: unfolding for convolutions, and pooling. Arguments are right when they arrive. */
public interface WindowKernels {
    /** Implements {@link Backend#unfold}. */
    void unfold(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns);

    /** Implements {@link Backend#fold}. */
    void fold(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x);

    /** Implements {@link Backend#maxPool}. */
    void maxPool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places);

    /** Implements {@link Backend#maxPoolBackward}. */
    void maxPoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx);

    /** Implements {@link Backend#averagePool}. */
    void averagePool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y);

    /** Implements {@link Backend#averagePoolBackward}. */
    void averagePoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx);
}

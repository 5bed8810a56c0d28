package org.pernodedrop.backend;

/** Batch normalization. Arguments are right when they arrive. */
public interface NormalizationKernels {
    /** Implements {@link Backend#batchMoments}. */
    void moments(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance);

    /** Implements {@link Backend#normalize}. */
    void normalize(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats shift,
            DeviceFloats y);

    /** Implements {@link Backend#normalizeBackward}. */
    void normalizeBackward(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats dy,
            DeviceFloats dx,
            DeviceFloats dScale,
            DeviceFloats dShift);

    /** Implements {@link Backend#blend}. */
    void blend(float share, DeviceFloats from, DeviceFloats to);
}

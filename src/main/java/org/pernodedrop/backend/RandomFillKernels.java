package org.pernodedrop.backend;

/** Initial values from cuRAND's streams. Arguments are right when they arrive. */
public interface RandomFillKernels {
    /** Implements {@link Backend#fillUniform}. */
    void uniform(long seed, long first, float low, float high, DeviceFloats x);

    /** Implements {@link Backend#fillNormal}. */
    void normal(long seed, long first, float mean, float deviation, DeviceFloats x);
}

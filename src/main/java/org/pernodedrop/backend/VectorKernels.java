package org.pernodedrop.backend;

import org.pernodedrop.kernels.Activation;

/** Element-wise operations and column sums. Arguments are right when they arrive. */
public interface VectorKernels {
    /** Implements {@link Backend#fill}. */
    void fill(DeviceFloats x, float value);

    /** Implements {@link Backend#copy(DeviceFloats, DeviceFloats)}. */
    void copy(DeviceFloats from, DeviceFloats to);

    /** Implements {@link Backend#copy(DeviceInts, DeviceInts)}. */
    void copy(DeviceInts from, DeviceInts to);

    /** Implements {@link Backend#axpy}. */
    void axpy(float alpha, DeviceFloats x, DeviceFloats y);

    /** Implements {@link Backend#multiply}. */
    void multiply(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to);

    /** Implements {@link Backend#multiplyAdd}. */
    void multiplyAdd(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to);

    /** Implements {@link Backend#multiplyRows}. */
    void multiplyRows(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to);

    /** Implements {@link Backend#biasActivation}. */
    void biasActivation(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y);

    /** Implements {@link Backend#activationBackward}. */
    void activationBackward(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz);

    /** Implements {@link Backend#columnSums}. */
    void columnSums(int samples, int outputs, DeviceFloats x, DeviceFloats sums);
}

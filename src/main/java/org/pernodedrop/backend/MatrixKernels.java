package org.pernodedrop.backend;

/** Ordinary matrix products. Arguments are right when they arrive. */
public interface MatrixKernels {
    /** Implements {@link Backend#matrixProduct}. */
    void product(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            DeviceFloats a,
            DeviceFloats b,
            float beta,
            DeviceFloats c);

    /** Implements {@link Backend#batchedProduct}. */
    void batchedProduct(
            boolean transposeA,
            boolean transposeB,
            int batch,
            int m,
            int n,
            int k,
            DeviceFloats a,
            DeviceFloats b,
            DeviceFloats c);
}

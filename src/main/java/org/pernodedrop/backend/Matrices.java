package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;

/** Ordinary matrix products. */
public abstract class Matrices extends BackendTheme {
    protected Matrices(KernelRunner runner) {
        super(runner);
    }

    /** What is multiplied: {@code op(A)[m, k] op(B)[k, n]}. */
    public record Factors(boolean transposeA, boolean transposeB, int m, int n, int k, DeviceFloats a, DeviceFloats b) {
        /** Elements from row to row of A as it lies in memory. */
        public int strideA() {
            return transposeA ? m : k;
        }

        /** Elements from row to row of B as it lies in memory. */
        public int strideB() {
            return transposeB ? k : n;
        }
    }

    /**
     * {@code C[m, n] = alpha op(A) op(B) + beta C}, with {@code op(A)[m, k]} and {@code op(B)[k, n]}, where op is the
     * transpose if asked for. If beta is 0, C is not read.
     */
    public final void product(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            DeviceFloats a,
            DeviceFloats b,
            float beta,
            DeviceFloats c) {
        holds("a", a, atLeastOne("m", m) * atLeastOne("k", k));
        holds("b", b, (long) k * atLeastOne("n", n));
        holds("c", c, (long) m * n);
        distinct("a", a, "c", c);
        distinct("b", b, "c", c);
        run(() -> productKernel(new Factors(transposeA, transposeB, m, n, k, a, b), alpha, beta, c));
    }

    /** Computes {@link #product}. */
    protected abstract void productKernel(Factors factors, float alpha, float beta, DeviceFloats c);

    /**
     * {@code C_j[m, n] = op(A_j)[m, k] op(B_j)[k, n]} for each j of a batch; matrix follows upon matrix in each buffer.
     */
    public final void batchedProduct(
            boolean transposeA,
            boolean transposeB,
            int batch,
            int m,
            int n,
            int k,
            DeviceFloats a,
            DeviceFloats b,
            DeviceFloats c) {
        atLeastOne("batch", batch);
        holds("a", a, elements(batch, atLeastOne("m", m) * atLeastOne("k", k)));
        holds("b", b, elements(batch, k * atLeastOne("n", n)));
        holds("c", c, elements(batch, (long) m * n));
        distinct("a", a, "c", c);
        distinct("b", b, "c", c);
        run(() -> batchedProductKernel(batch, new Factors(transposeA, transposeB, m, n, k, a, b), c));
    }

    /** Computes {@link #batchedProduct}. */
    protected abstract void batchedProductKernel(int batch, Factors factors, DeviceFloats c);
}

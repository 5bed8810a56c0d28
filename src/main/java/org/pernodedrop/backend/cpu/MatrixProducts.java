package org.pernodedrop.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;

/**
 * Ordinary matrix products, by a BLAS that runs on one thread. Large products are split over the pool along the longer
 * side of the result, by a rule of the shape only, so that no result depends on the number of threads.
 */
final class MatrixProducts {
    // Below this many multiply-adds a hand-over between threads costs more than it gains.
    private static final long UNSPLIT = 1 << 18;
    private static final int MOST_PARTS = 32;
    private static final int SMALLEST_PART = 64;
    private static final int PART_MULTIPLE = 16;

    private final WorkerPool pool;
    private final BLAS blas;

    MatrixProducts(WorkerPool pool, BLAS blas) {
        this.pool = pool;
        this.blas = blas;
    }

    /** {@code C[m, n] = alpha op(A) op(B) + beta C}. */
    void run(
            boolean transposeA,
            boolean transposeB,
            int m,
            int n,
            int k,
            float alpha,
            CpuFloats a,
            CpuFloats b,
            float beta,
            CpuFloats c) {
        boolean byRows = m >= n;
        int longer = Math.max(m, n);
        int part = (long) m * n * k < UNSPLIT ? longer : part(longer);
        int parts = (longer - 1) / part + 1;
        int lda = transposeA ? m : k;
        int ldb = transposeB ? k : n;
        String opA = transposeA ? "T" : "N";
        String opB = transposeB ? "T" : "N";
        pool.run(parts, (index, worker) -> {
            int from = index * part;
            int size = Math.min(longer - from, part);
            int row = byRows ? from : 0;
            int column = byRows ? 0 : from;
            // BLAS counts by columns and so sees the transposes: C' = op(B)' op(A)'.
            blas.sgemm(
                    opB,
                    opA,
                    byRows ? n : size,
                    byRows ? size : m,
                    k,
                    alpha,
                    b.array,
                    b.offset + (transposeB ? column * k : column),
                    ldb,
                    a.array,
                    a.offset + (transposeA ? row : row * k),
                    lda,
                    beta,
                    c.array,
                    c.offset + row * n + column,
                    n);
        });
    }

    private static int part(int longer) {
        int even = (longer - 1) / MOST_PARTS + 1;
        int rounded = ((even - 1) / PART_MULTIPLE + 1) * PART_MULTIPLE;
        return Math.max(rounded, SMALLEST_PART);
    }
}

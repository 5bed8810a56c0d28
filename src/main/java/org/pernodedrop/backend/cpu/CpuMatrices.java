package org.pernodedrop.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Matrices;
import org.pernodedrop.kernels.cpu.FactorRounding;
import org.pernodedrop.kernels.cpu.FactorRounding.Factor;
import org.pernodedrop.kernels.cpu.WorkerPool;

/**
 * Ordinary matrix products, by a BLAS that runs on one thread. Large products are split over the pool along the longer
 * side of the result, by a rule of the shape only, so that no result depends on the number of threads.
 */
final class CpuMatrices extends Matrices {
    // Below this many multiply-adds a hand-over between threads costs more than it gains.
    private static final long UNSPLIT = 1 << 18;
    private static final int MAX_PARTS = 32;
    private static final int SMALLEST_PART = 64;
    private static final int PART_MULTIPLE = 16;

    private final WorkerPool pool;
    private final BLAS blas;
    private final FactorRounding rounding;

    CpuMatrices(KernelRunner runner, WorkerPool pool, BLAS blas, FactorRounding rounding) {
        super(runner);
        this.pool = pool;
        this.blas = blas;
        this.rounding = rounding;
    }

    @Override
    protected void productKernel(Factors factors, float alpha, float beta, DeviceFloats c) {
        int m = factors.m();
        int n = factors.n();
        int k = factors.k();
        Operand ownA = operand(Factor.X, factors.a(), (long) m * k);
        Operand ownB = operand(Factor.W, factors.b(), (long) k * n);
        CpuFloats ownC = CpuFloats.of(c);
        boolean byRows = m >= n;
        int longer = Math.max(m, n);
        int part = (long) m * n * k < UNSPLIT ? longer : part(longer);
        int parts = (longer - 1) / part + 1;
        boolean transposeA = factors.transposeA();
        boolean transposeB = factors.transposeB();
        pool.run(parts, (index, worker) -> {
            int from = index * part;
            int size = Math.min(longer - from, part);
            int row = byRows ? from : 0;
            int column = byRows ? 0 : from;
            // BLAS counts by columns and so sees the transposes: C' = op(B)' op(A)'.
            blas.sgemm(
                    op(transposeB),
                    op(transposeA),
                    byRows ? n : size,
                    byRows ? size : m,
                    k,
                    alpha,
                    ownB.array(),
                    ownB.offset() + (transposeB ? column * k : column),
                    factors.strideB(),
                    ownA.array(),
                    ownA.offset() + (transposeA ? row : row * k),
                    factors.strideA(),
                    beta,
                    ownC.array,
                    ownC.offset + row * n + column,
                    n);
        });
    }

    /** A matrix of the batch is the work of one thread. */
    @Override
    protected void batchedProductKernel(int batch, Factors factors, DeviceFloats c) {
        int m = factors.m();
        int n = factors.n();
        int k = factors.k();
        Operand ownA = operand(Factor.X, factors.a(), (long) batch * m * k);
        Operand ownB = operand(Factor.W, factors.b(), (long) batch * k * n);
        CpuFloats ownC = CpuFloats.of(c);
        pool.run(
                batch,
                (index, worker) -> blas.sgemm(
                        op(factors.transposeB()),
                        op(factors.transposeA()),
                        n,
                        m,
                        k,
                        1f,
                        ownB.array(),
                        ownB.offset() + index * k * n,
                        factors.strideB(),
                        ownA.array(),
                        ownA.offset() + index * m * k,
                        factors.strideA(),
                        0f,
                        ownC.array,
                        ownC.offset + index * m * n,
                        n));
    }

    /** A factor as BLAS reads it. */
    private record Operand(float[] array, int offset) {}

    private Operand operand(Factor factor, DeviceFloats floats, long length) {
        CpuFloats own = CpuFloats.of(floats);
        return rounding.rounds()
                ? new Operand(rounding.rounded(factor, own.array, own.offset, (int) length), 0)
                : new Operand(own.array, own.offset);
    }

    private static String op(boolean transpose) {
        return transpose ? "T" : "N";
    }

    private static int part(int longer) {
        int even = (longer - 1) / MAX_PARTS + 1;
        int rounded = ((even - 1) / PART_MULTIPLE + 1) * PART_MULTIPLE;
        return Math.max(rounded, SMALLEST_PART);
    }
}

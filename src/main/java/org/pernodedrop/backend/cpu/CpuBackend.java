package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cpu.BlasLibrary;
import org.pernodedrop.kernels.cpu.FactorRounding;
import org.pernodedrop.kernels.cpu.TiledProducts;
import org.pernodedrop.kernels.cpu.WorkerPool;

/**
 * The backend for any machine. Everything is done when a call returns. No result depends on the number of threads, bit
 * for bit; results of matrix products, and of connections that several positions share, may differ between machines,
 * since OpenBLAS chooses its kernels by the processor.
 *
 * <p>The system property {@code pernodedrop.blas}, {@code native} or {@code java}, forces the library behind matrix
 * products; unset, OpenBLAS is taken where it can be loaded.
 */
public final class CpuBackend extends Backend {
    /** Most threads that can be asked for. */
    public static final int MAX_THREADS = WorkerPool.MAX_THREADS;

    private final WorkerPool pool;
    private final String description;
    private final CpuGate gate = new CpuGate(owner());
    private final Themes themes;

    /** A backend on all cores, in single precision. */
    public CpuBackend() {
        this(Precision.FP32);
    }

    /** A backend on all cores. */
    public CpuBackend(Precision precision) {
        this(Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS), precision);
    }

    /** A backend on some threads, in single precision. */
    public CpuBackend(int threads) {
        this(threads, Precision.FP32);
    }

    /**
     * A backend on some threads, the caller's among them.
     *
     * @param threads in [1, {@value #MAX_THREADS}]
     * @param precision of all products; {@link Precision#TF32} is single precision here
     * @throws IllegalArgumentException if threads are out of range, or precision is null
     * @throws IllegalStateException if a native BLAS was forced and cannot be loaded
     * @throws OutOfMemoryError if the system has no room for so many threads; those that were started have ended then
     */
    public CpuBackend(int threads, Precision precision) {
        Arguments.notNull("precision", precision);
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads must be in [1, " + MAX_THREADS + "]: threads=" + threads);
        }
        BlasLibrary library = BlasLibrary.open();
        pool = new WorkerPool(threads);
        try {
            FactorRounding rounding = new FactorRounding(pool, precision);
            TiledProducts products = new TiledProducts(pool, library.blas(), rounding);
            CpuVectors vectors = new CpuVectors(runner(), pool);
            CpuMatrices matrices = new CpuMatrices(runner(), pool, library.blas(), rounding);
            themes = new Themes(
                    new CpuMemory(runner(), gate, new MemoryMeter()),
                    vectors,
                    matrices,
                    new CpuMaskedProducts(runner(), matrices, vectors, products),
                    new CpuMasks(runner(), pool, vectors),
                    new CpuImageWindows(runner(), pool),
                    new CpuNormalizations(runner(), pool),
                    new CpuLosses(runner(), pool),
                    new CpuOptimizers(runner(), pool, gate),
                    new CpuRandomFills(runner(), pool));
            description = "cpu (" + products.describe() + "; " + library.description() + ")";
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    @Override
    public String describe() {
        return description;
    }

    @Override
    public String device() {
        return "cpu";
    }

    /** Does nothing: every call has finished when it returns. */
    @Override
    public void synchronize() {
        alone(() -> gate.requireOutsideCaptures("synchronize"));
    }

    @Override
    protected Themes themes() {
        return themes;
    }

    @Override
    public void close() {
        closeOnce(() -> {
            gate.close();
            pool.close();
        });
    }

    @Override
    protected CapturedGraph captureKernel(Runnable operations) {
        gate.requireOutsideCaptures("capture");
        StepCount steps = new StepCount();
        runner().observe(steps, () -> gate.replay(operations));
        return new CpuGraph(gate, operations, steps);
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.ImageWindows;
import org.pernodedrop.backend.Losses;
import org.pernodedrop.backend.MaskedProducts;
import org.pernodedrop.backend.Masks;
import org.pernodedrop.backend.Matrices;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.backend.Normalizations;
import org.pernodedrop.backend.Optimizers;
import org.pernodedrop.backend.RandomFills;
import org.pernodedrop.backend.Vectors;
import org.pernodedrop.kernels.cpu.BlasLibrary;
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
    private final String blasDescription;
    private final CpuGate gate = new CpuGate(owner());
    private final CpuMemory memory;
    private final CpuVectors vectors;
    private final CpuMatrices matrices;
    private final CpuMaskedProducts maskedProducts;
    private final CpuMasks masks;
    private final CpuImageWindows windows;
    private final CpuNormalizations normalizations;
    private final CpuLosses losses;
    private final CpuOptimizers optimizers;
    private final CpuRandomFills randomFills;

    /** A backend on all cores. */
    public CpuBackend() {
        this(Math.min(Runtime.getRuntime().availableProcessors(), MAX_THREADS));
    }

    /**
     * A backend on some threads, the caller's among them.
     *
     * @param threads in [1, {@value #MAX_THREADS}]
     * @throws IllegalArgumentException if threads are out of range
     * @throws IllegalStateException if a native BLAS was forced and cannot be loaded
     * @throws OutOfMemoryError if the system has no room for so many threads; those that were started have ended then
     */
    public CpuBackend(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads must be in [1, " + MAX_THREADS + "]: threads=" + threads);
        }
        BlasLibrary library = BlasLibrary.open();
        blasDescription = library.description();
        pool = new WorkerPool(threads);
        try {
            memory = new CpuMemory(runner(), gate, new MemoryMeter());
            vectors = new CpuVectors(runner(), pool);
            matrices = new CpuMatrices(runner(), pool, library.blas());
            maskedProducts =
                    new CpuMaskedProducts(runner(), matrices, vectors, new TiledProducts(pool, library.blas()));
            masks = new CpuMasks(runner(), pool, vectors);
            windows = new CpuImageWindows(runner(), pool);
            normalizations = new CpuNormalizations(runner(), pool);
            losses = new CpuLosses(runner(), pool);
            optimizers = new CpuOptimizers(runner(), pool, gate);
            randomFills = new CpuRandomFills(runner(), pool);
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    @Override
    public String describe() {
        return "cpu (" + maskedProducts.describe() + "; " + blasDescription + ")";
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
    public Memory memory() {
        return memory;
    }

    @Override
    public Vectors vectors() {
        return vectors;
    }

    @Override
    public Matrices matrices() {
        return matrices;
    }

    @Override
    public MaskedProducts maskedProducts() {
        return maskedProducts;
    }

    @Override
    public Masks masks() {
        return masks;
    }

    @Override
    public ImageWindows windows() {
        return windows;
    }

    @Override
    public Normalizations normalizations() {
        return normalizations;
    }

    @Override
    public Losses losses() {
        return losses;
    }

    @Override
    public Optimizers optimizers() {
        return optimizers;
    }

    @Override
    public RandomFills randomFills() {
        return randomFills;
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

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceKernels;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.backend.Recording;
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
    private final DeviceKernels kernels;
    private final TiledProducts products;
    private final MemoryMeter memory = new MemoryMeter();
    private final CpuGate gate = new CpuGate(owner());
    /** While a recording is made; else null. */
    private StepCount counting;

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
            products = new TiledProducts(pool, library.blas());
            kernels = new DeviceKernels(
                    new MemoryOperations(gate, memory),
                    new VectorOperations(pool),
                    new CurandFills(pool),
                    new MatrixProducts(pool, library.blas()),
                    new CpuMaskedProducts(products),
                    new MaskOperations(pool),
                    new WindowOperations(pool),
                    new Normalizations(pool),
                    new Losses(pool),
                    new Optimizers(pool, gate),
                    new Gathers(pool));
        } catch (RuntimeException | Error failure) {
            pool.close();
            throw failure;
        }
    }

    @Override
    public String describe() {
        return "cpu (" + products.describe() + "; " + blasDescription + ")";
    }

    @Override
    public String device() {
        return "cpu";
    }

    /** Does nothing: every call has finished when it returns. */
    @Override
    public void synchronize() {
        alone(() -> gate.requireOutsideRecordings("synchronize"));
    }

    @Override
    public MemoryUse memory() {
        return memory.read();
    }

    @Override
    public void close() {
        closeOnce(() -> {
            gate.close();
            pool.close();
        });
    }

    @Override
    protected DeviceKernels kernels() {
        return counting == null ? kernels : counting.kernels();
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        gate.requireOutsideRecordings("record");
        StepCount steps = new StepCount(kernels);
        counting = steps;
        try {
            gate.replay(operations);
        } finally {
            counting = null;
        }
        return new CpuRecording(gate, operations, steps);
    }
}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceKernels;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.backend.Recording;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.mask.CurandStream;

/**
 * The backend for NVIDIA GPUs, over JCuda: the first GPU that the driver shows. Calls enqueue and return; only downloads,
 * reading totals and {@link #synchronize} wait. What fails on the GPU later is reported by the next call that waits.
 *
 * <p>The same calls give the same bits every time on the same kind of GPU. Kernels are compiled by the driver when they
 * are first needed, which may take seconds for a kind of mask; the driver keeps the result for later processes.
 *
 * <p>Labels and row numbers are trusted: those out of range make the loss NaN or break the context.
 */
public final class CudaBackend extends Backend {
    private final Closer parts = new Closer();
    private final boolean graphs;
    private final CudaContext context;
    private final CommandQueue queue;
    private final DevicePool pool;
    private final PooledScratch scratch;
    private final CurandFills fills;
    private final MatrixProducts products;
    private final SequenceOperations sequences;
    private final DeviceKernels kernels;

    /**
     * Opens the GPU.
     *
     * @param precision of matrix products
     * @param sequencePrecision of products with masks that positions share
     * @param graphs whether recordings become CUDA graphs; else each replay enqueues its operations one by one
     * @throws DeviceUnavailableException if there is no GPU, driver or library that this works with; the message says
     *     what is missing and what to do
     */
    public CudaBackend(MatrixPrecision precision, MultiPositionPrecision sequencePrecision, boolean graphs) {
        if (precision == null || sequencePrecision == null) {
            throw new IllegalArgumentException("precision and sequencePrecision must not be null: precision="
                    + precision + ", sequencePrecision=" + sequencePrecision);
        }
        this.graphs = graphs;
        CudaLibraries libraries = CudaLibraries.load();
        try {
            context = parts.own(new CudaContext(), CudaContext::close);
            DeviceFacts facts = context.facts();
            CudaStream stream = parts.own(new CudaStream(), CudaStream::close);
            queue = new CommandQueue(this::enter, stream);
            pool = parts.own(
                    new DevicePool(new DriverMemory(stream, facts.memory()), owner()::release), DevicePool::close);
            scratch = new PooledScratch(pool, queue);
            StagingBuffer staging = parts.own(new StagingBuffer(stream), StagingBuffer::close);
            OperationParts shared = new OperationParts(
                    queue,
                    pool,
                    scratch,
                    parts.own(new CudaKernels(), CudaKernels::close),
                    parts.own(new KernelLauncher(queue), KernelLauncher::close),
                    new LaunchShapes(facts.multiprocessors()));
            products = parts.own(new MatrixProducts(shared, facts, precision), MatrixProducts::close);
            fills = parts.own(
                    new CurandFills(
                            shared,
                            new Transfers(staging),
                            libraries.curandAvailable(),
                            new CurandStream(CurandFills.TRIAL_SEED)),
                    CurandFills::close);
            sequences = new SequenceOperations(shared, facts, sequencePrecision);
            kernels = new DeviceKernels(
                    new MemoryOperations(shared, staging),
                    new VectorOperations(shared),
                    fills,
                    products,
                    new ConnectionOperations(shared, facts.multiprocessors(), sequences),
                    new MaskOperations(shared),
                    new WindowOperations(shared),
                    new Normalizations(shared),
                    new Losses(shared),
                    new Optimizers(shared),
                    new Gathers(shared));
            parts.add(queue::close);
            parts.add(() -> stream.await("waiting for the GPU, to close"));
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    @Override
    public String describe() {
        return "cuda (" + context.facts() + "; " + products.describe() + "; " + sequences.describe() + "; "
                + fills.describe() + "; " + (graphs ? "graphs" : "no graphs") + ")";
    }

    @Override
    public String device() {
        return "cuda";
    }

    /** Whether the device is the tests' own, and no GPU. */
    public boolean isSimulated() {
        return context.facts().simulated();
    }

    private void enter() {
        owner().check();
        context.enter();
    }

    @Override
    public void synchronize() {
        alone(() -> {
            queue.enterOutsideRecordings("synchronize");
            queue.stream.await("waiting for the GPU");
        });
    }

    @Override
    public MemoryUse memory() {
        return alone(() -> {
            queue.enter();
            return pool.use();
        });
    }

    /**
     * {@inheritDoc}
     *
     * @throws DeviceException if something could not be given back, as when the context was lost; all the rest was
     */
    @Override
    public void close() {
        closeOnce(() -> {
            parts.add(context::enter);
            parts.close();
        });
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        queue.enterOutsideRecordings("record");
        return new CudaRecording(queue, scratch, graphs, operations);
    }

    @Override
    protected DeviceKernels kernels() {
        return kernels;
    }
}

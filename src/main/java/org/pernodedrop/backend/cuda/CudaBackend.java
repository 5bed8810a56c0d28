package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.driver.CudaContext;
import org.pernodedrop.driver.CudaLibraries;
import org.pernodedrop.driver.CudaStream;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.io.Closer;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.MaskSource;
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
    private final CudaMatrices matrices;
    private final CudaRandomFills randomFills;
    private final Precision precision;
    private final Themes themes;

    /**
     * Opens the GPU.
     *
     * @param precision of all products
     * @param graphs whether captured steps become CUDA graphs; else each replay enqueues its operations one by one
     * @throws DeviceUnavailableException if there is no GPU, driver or library that this works with; the message says
     *     what is missing and what to do
     */
    public CudaBackend(Precision precision, boolean graphs) {
        this.precision = Arguments.notNull("precision", precision);
        this.graphs = graphs;
        CudaLibraries libraries = CudaLibraries.load();
        try {
            context = parts.own(new CudaContext(), CudaContext::close);
            DeviceProperties properties = context.properties();
            CudaStream stream = parts.own(new CudaStream(), CudaStream::close);
            queue = new CommandQueue(this::enter, stream);
            pool = parts.own(
                    new DevicePool(new DriverMemory(stream, properties.memory()), owner()::release), DevicePool::close);
            scratch = new PooledScratch(pool, queue);
            StagingBuffer staging = parts.own(new StagingBuffer(stream), StagingBuffer::close);
            CudaParts shared = new CudaParts(
                    queue,
                    pool,
                    scratch,
                    parts.own(new KernelModules(), KernelModules::close),
                    parts.own(new KernelLauncher(queue), KernelLauncher::close),
                    new LaunchShapes(properties.multiprocessors()));
            CudaVectors vectors = new CudaVectors(runner(), shared);
            matrices = parts.own(new CudaMatrices(runner(), shared, properties, precision), CudaMatrices::close);
            CurandStream expected = new CurandStream(CudaRandomFills.TRIAL_SEED);
            randomFills = parts.own(
                    new CudaRandomFills(runner(), shared, staging, libraries.curandAvailable(), expected),
                    CudaRandomFills::close);
            themes = new Themes(
                    new CudaMemory(runner(), shared, staging),
                    vectors,
                    matrices,
                    new CudaMaskedProducts(runner(), shared, matrices, vectors, properties, precision),
                    new CudaMasks(runner(), shared, vectors),
                    new CudaImageWindows(runner(), shared),
                    new CudaNormalizations(runner(), shared),
                    new CudaLosses(runner(), shared),
                    new CudaOptimizers(runner(), shared),
                    randomFills);
            parts.add(queue::close);
            parts.add(() -> stream.await("waiting for the GPU, to close"));
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    @Override
    public String describe() {
        return "cuda (" + context.properties() + "; " + matrices.describe() + connections() + "; sequences in "
                + precision.onTensorCores() + "; " + randomFills.describe() + "; "
                + (graphs ? "graphs" : "no graphs") + ")";
    }

    // Runs keep the whole text; in single precision it is that of versions that had no other.
    private String connections() {
        return switch (precision) {
            case FP32, TF32 -> "";
            case BF16 -> ", connections in bf16" + sparse();
            case BF16X2 -> ", connections in bf16x2 or better" + sparse();
        };
    }

    private String sparse() {
        return MaskSource.onSparseTensorCores(context.properties()) ? " by sparse tensor cores, unmeasured" : "";
    }

    @Override
    public String device() {
        return "cuda";
    }

    private void enter() {
        owner().check();
        context.enter();
    }

    @Override
    public void synchronize() {
        alone(() -> {
            queue.enterOutsideCaptures("synchronize");
            queue.stream().await("waiting for the GPU");
        });
    }

    @Override
    protected Themes themes() {
        return themes;
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
    protected CapturedGraph captureKernel(Runnable operations) {
        queue.enterOutsideCaptures("capture");
        return new CudaGraph(queue, scratch, graphs, operations);
    }
}

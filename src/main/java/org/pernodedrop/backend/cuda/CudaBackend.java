package org.pernodedrop.backend.cuda;

import java.util.function.Function;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceException;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceUnavailableException;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.backend.Recording;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.libraries.CudaLibraries;
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
    private final Scratch scratch;
    private final StagingBuffer staging;
    private final Transfers transfers;
    private final VectorOperations vectors;
    private final CurandFills fills;
    private final MatrixProducts products;
    private final ConnectionOperations connections;
    private final MaskOperations masks;
    private final Losses losses;
    private final Optimizers optimizers;
    private final StepAdvances advances;
    private final Gathers gathers;
    private boolean closed;

    /**
     * Opens the GPU.
     *
     * @param precision of matrix products
     * @param graphs whether recordings become CUDA graphs; else each replay enqueues its operations one by one
     * @throws DeviceUnavailableException if there is no GPU, driver or library that this works with; the message says
     *     what is missing and what to do
     */
    public CudaBackend(MatrixPrecision precision, boolean graphs) {
        if (precision == null) {
            throw new IllegalArgumentException("precision must not be null");
        }
        this.graphs = graphs;
        CudaLibraries libraries = CudaLibraries.load();
        try {
            context = parts.own(new CudaContext(), CudaContext::close);
            DeviceFacts facts = context.facts();
            CudaStream stream = parts.own(new CudaStream(), CudaStream::close);
            queue = new CommandQueue(context, stream);
            pool = parts.own(new DevicePool(new DriverMemory(stream, facts.memory())), DevicePool::close);
            scratch = new Scratch(pool, queue);
            staging = parts.own(new StagingBuffer(stream), StagingBuffer::close);
            transfers = new Transfers(staging);
            CudaKernels kernels = parts.own(new CudaKernels(), CudaKernels::close);
            KernelLauncher launcher = parts.own(new KernelLauncher(queue), KernelLauncher::close);
            LaunchShapes shapes = new LaunchShapes(facts.multiprocessors());
            products = parts.own(new MatrixProducts(queue, pool, facts, precision), MatrixProducts::close);
            fills = parts.own(
                    new CurandFills(
                            queue,
                            kernels,
                            launcher,
                            shapes,
                            pool,
                            transfers,
                            libraries.curandAvailable(),
                            new CurandStream(CurandFills.TRIAL_SEED)),
                    CurandFills::close);
            vectors = new VectorOperations(queue, kernels, launcher, shapes, scratch);
            connections = new ConnectionOperations(kernels, launcher, shapes, scratch, facts.multiprocessors());
            masks = new MaskOperations(kernels, launcher, vectors);
            losses = new Losses(kernels, launcher, shapes, scratch);
            optimizers = new Optimizers(kernels, launcher, shapes);
            advances = new StepAdvances(queue, kernels, launcher);
            gathers = new Gathers(kernels, launcher, shapes);
            parts.add(queue::close);
            parts.add(() -> stream.await("waiting for the GPU, to close"));
        } catch (RuntimeException | Error failure) {
            parts.closeAfter(failure);
            throw failure;
        }
    }

    @Override
    public String describe() {
        return "cuda (" + context.facts() + "; " + products.describe() + "; " + fills.describe() + "; "
                + (graphs ? "graphs" : "no graphs") + ")";
    }

    @Override
    public String device() {
        return "cuda";
    }

    /** Whether the device is the tests' own, and no GPU. */
    public boolean isSimulated() {
        return context.facts().simulated();
    }

    @Override
    public void synchronize() {
        queue.enterOutsideRecordings("synchronize");
        queue.stream.await("waiting for the GPU");
    }

    @Override
    public MemoryUse memory() {
        queue.enter();
        return pool.use();
    }

    /**
     * {@inheritDoc}
     *
     * @throws DeviceException if something could not be given back, as when the context was lost; all the rest was
     */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        parts.add(context::enter);
        parts.close();
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        queue.enterOutsideRecordings("record");
        return new CudaRecording(queue, scratch, graphs, operations);
    }

    @Override
    protected BatchFeed newBatchFeedKernel(int features, int labels) {
        queue.enterOutsideRecordings("newBatchFeed");
        return new CudaBatchFeed(queue, pool, features, labels);
    }

    @Override
    public StepState newStepState(long seed) {
        queue.enterOutsideRecordings("newStepState");
        return over(CudaStepState.BYTES, "a step state", block -> new CudaStepState(queue, block, seed));
    }

    @Override
    public LossAccumulator newLossAccumulator() {
        queue.enterOutsideRecordings("newLossAccumulator");
        return over(
                CudaLossAccumulator.BYTES,
                "a loss accumulator",
                block -> new CudaLossAccumulator(queue, staging, block));
    }

    @Override
    protected DeviceFloats allocateKernel(long length) {
        queue.enterOutsideRecordings("allocate");
        return zeroed(length, CudaFloats::new);
    }

    @Override
    protected DeviceInts allocateIntsKernel(long length) {
        queue.enterOutsideRecordings("allocateInts");
        return zeroed(length, CudaInts::new);
    }

    private <T> T zeroed(long length, Function<DeviceBlock, T> make) {
        long bytes =
                length > Long.MAX_VALUE / CudaBuffer.ELEMENT_BYTES ? Long.MAX_VALUE : length * CudaBuffer.ELEMENT_BYTES;
        return over(bytes, "a buffer of " + length + " elements", block -> {
            queue.fill(block.pointer, 0, length);
            return make.apply(block);
        });
    }

    private <T> T over(long bytes, String purpose, Function<DeviceBlock, T> make) {
        DeviceBlock block = pool.allocate(bytes, purpose);
        try {
            return make.apply(block);
        } catch (RuntimeException | Error failure) {
            block.close();
            throw failure;
        }
    }

    @Override
    protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
        queue.enterOutsideRecordings("upload");
        transfers.upload(from, offset, floats(to));
    }

    @Override
    protected void uploadKernel(int[] from, int offset, DeviceInts to) {
        queue.enterOutsideRecordings("upload");
        transfers.upload(from, offset, ints(to));
    }

    @Override
    protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
        queue.enterOutsideRecordings("download");
        transfers.download(floats(from), to, offset);
    }

    @Override
    protected void fillKernel(DeviceFloats x, float value) {
        queue.enter();
        vectors.fill(floats(x), value);
    }

    @Override
    protected void copyKernel(DeviceFloats from, DeviceFloats to) {
        queue.enter();
        vectors.copy(floats(from), floats(to));
    }

    @Override
    protected void copyKernel(DeviceInts from, DeviceInts to) {
        queue.enter();
        vectors.copy(ints(from), ints(to));
    }

    @Override
    protected void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y) {
        queue.enter();
        vectors.axpy(alpha, floats(x), floats(y));
    }

    @Override
    protected void fillUniformKernel(long seed, long first, float low, float high, DeviceFloats x) {
        queue.enter();
        fills.uniform(seed, first, low, high, floats(x));
    }

    @Override
    protected void fillNormalKernel(long seed, long first, float mean, float deviation, DeviceFloats x) {
        queue.enter();
        fills.normal(seed, first, mean, deviation, floats(x));
    }

    @Override
    protected void matrixProductKernel(
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
        queue.enter();
        products.run(transposeA, transposeB, m, n, k, alpha, floats(a), floats(b), beta, floats(c));
    }

    @Override
    protected void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        queue.enter();
        vectors.biasActivation(activation, samples, outputs, floats(bias), floats(z), floats(y));
    }

    @Override
    protected void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        queue.enter();
        vectors.activationBackward(activation, length, floats(z), floats(y), floats(dy), floats(dz));
    }

    @Override
    protected void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        queue.enter();
        vectors.columnSums(samples, outputs, floats(x), floats(sums));
    }

    @Override
    protected void connectionForwardKernel(
            LayerMask mask,
            int firstSample,
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        queue.enter();
        connections.forward(
                own(mask),
                firstSample,
                activation,
                samples,
                inputs,
                outputs,
                floats(x),
                floats(w),
                floats(bias),
                floats(z),
                floats(y));
    }

    @Override
    protected void connectionBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw) {
        queue.enter();
        CudaMask drawn = own(mask);
        CudaFloats weights = floats(w);
        CudaFloats gradient = floats(dz);
        CudaFloats inputGradient = floats(dx);
        connections.backwardWeight(drawn, firstSample, samples, inputs, outputs, floats(x), gradient, floats(dw));
        if (inputGradient != null) {
            connections.backwardInput(drawn, firstSample, samples, inputs, outputs, gradient, weights, inputGradient);
        }
    }

    @Override
    protected void nodeMaskKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        masks.node(own(mask), firstSample, samples, outputs, floats(from), floats(to));
    }

    @Override
    protected void weightMaskKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        masks.weight(own(mask), inputs, outputs, floats(from), floats(to));
    }

    @Override
    protected void exportMaskKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        queue.enter();
        masks.export(own(mask), firstSample, samples, inputs, outputs, floats(to));
    }

    @Override
    protected void softmaxCrossEntropyKernel(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals) {
        queue.enter();
        losses.softmaxCrossEntropy(
                own(state), samples, classes, floats(logits), ints(labels), floats(gradient), own(totals));
    }

    @Override
    protected void meanSquaredErrorKernel(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals) {
        queue.enter();
        losses.meanSquaredError(
                own(state), samples, outputs, floats(predictions), floats(targets), floats(gradient), own(totals));
    }

    @Override
    protected void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        queue.enter();
        optimizers.sgd(own(state), momentum, nesterov, floats(w), floats(g), floats(v));
    }

    @Override
    protected void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        queue.enter();
        optimizers.adam(own(state), settings, floats(w), floats(g), floats(m), floats(v));
    }

    @Override
    protected void advanceKernel(StepState state) {
        queue.enter();
        advances.advance(own(state));
    }

    @Override
    protected void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        queue.enter();
        gathers.rows(count, width, floats(from), ints(rows), floats(to));
    }

    @Override
    protected void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        queue.enter();
        gathers.labels(count, ints(from), ints(rows), ints(to));
    }

    // Each of these refuses what is not this backend's, and tells the recording under way what it depends on.

    private CudaFloats floats(DeviceFloats buffer) {
        return used(CudaFloats.of(buffer, pool));
    }

    private CudaInts ints(DeviceInts buffer) {
        return used(CudaInts.of(buffer, pool));
    }

    private <T extends CudaBuffer> T used(T buffer) {
        if (buffer != null) {
            queue.use(buffer.block);
        }
        return buffer;
    }

    private CudaStepState own(StepState state) {
        CudaStepState own = CudaStepState.of(state, pool);
        queue.use(own.block());
        return own;
    }

    private CudaLossAccumulator own(LossAccumulator totals) {
        CudaLossAccumulator own = CudaLossAccumulator.of(totals, pool);
        queue.use(own.block());
        return own;
    }

    private CudaMask own(LayerMask mask) {
        return new CudaMask(mask.spec(), mask.layer(), own(mask.state()));
    }
}

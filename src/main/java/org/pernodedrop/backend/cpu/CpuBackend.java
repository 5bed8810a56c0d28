package org.pernodedrop.backend.cpu;

import java.util.function.IntFunction;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.backend.OutOfDeviceMemoryException;
import org.pernodedrop.backend.Recording;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.mask.Mask;

/**
 * The backend for any machine. Everything is done when a call returns. No result depends on the number of threads, bit
 * for bit; results of matrix products may differ between machines, since OpenBLAS chooses its kernels by the processor.
 *
 * <p>The system property {@code pernodedrop.blas}, {@code native} or {@code java}, forces the library behind matrix
 * products; unset, OpenBLAS is taken where it can be loaded.
 */
public final class CpuBackend extends Backend {
    /** Most threads that can be asked for. */
    public static final int MAX_THREADS = 1024;

    private final WorkerPool pool;
    private final String blasDescription;
    private final VectorOperations vectors;
    private final CurandFills fills;
    private final MatrixProducts products;
    private final ConnectionProducts connections;
    private final MaskOperations masks;
    private final Losses losses;
    private final Optimizers optimizers;
    private final Gathers gathers;
    private final MemoryMeter memory = new MemoryMeter();
    private final CpuGate gate = new CpuGate();

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
     */
    public CpuBackend(int threads) {
        if (threads < 1 || threads > MAX_THREADS) {
            throw new IllegalArgumentException("threads must be in [1, " + MAX_THREADS + "]: threads=" + threads);
        }
        BlasLibrary library = BlasLibrary.open();
        blasDescription = library.description();
        pool = new WorkerPool(threads);
        vectors = new VectorOperations(pool);
        fills = new CurandFills(pool);
        products = new MatrixProducts(pool, library.blas());
        connections = new ConnectionProducts(pool);
        masks = new MaskOperations(pool);
        losses = new Losses(pool);
        optimizers = new Optimizers(pool);
        gathers = new Gathers(pool);
    }

    @Override
    public String describe() {
        int threads = pool.threads();
        return "cpu (" + threads + (threads == 1 ? " thread; " : " threads; ") + connections.describe() + "; "
                + blasDescription + ")";
    }

    @Override
    public String device() {
        return "cpu";
    }

    /** Does nothing: every call has finished when it returns. */
    @Override
    public void synchronize() {
        gate.requireOutsideRecordings("synchronize");
    }

    @Override
    public MemoryUse memory() {
        return memory.read();
    }

    @Override
    public void close() {
        gate.close();
        pool.close();
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        gate.requireOutsideRecordings("record");
        return new CpuRecording(gate, operations);
    }

    @Override
    protected BatchFeed newBatchFeedKernel(int features, int labels) {
        gate.requireOutsideRecordings("newBatchFeed");
        return new CpuBatchFeed(features, labels, gate);
    }

    @Override
    public StepState newStepState(long seed) {
        gate.requireOutsideRecordings("newStepState");
        return new CpuStepState(seed, gate);
    }

    @Override
    public LossAccumulator newLossAccumulator() {
        gate.requireOutsideRecordings("newLossAccumulator");
        return new CpuLossAccumulator(gate);
    }

    @Override
    protected DeviceFloats allocateKernel(long length) {
        gate.requireOutsideRecordings("allocate");
        return new CpuFloats(allocated(length, float[]::new), memory);
    }

    @Override
    protected DeviceInts allocateIntsKernel(long length) {
        gate.requireOutsideRecordings("allocateInts");
        return new CpuInts(allocated(length, int[]::new), memory);
    }

    @Override
    protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
        gate.requireOutsideRecordings("upload");
        CpuFloats own = CpuFloats.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    protected void uploadKernel(int[] from, int offset, DeviceInts to) {
        gate.requireOutsideRecordings("upload");
        CpuInts own = CpuInts.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
        gate.requireOutsideRecordings("download");
        CpuFloats own = CpuFloats.of(from);
        System.arraycopy(own.array, own.offset, to, offset, (int) own.length());
    }

    @Override
    protected void fillKernel(DeviceFloats x, float value) {
        vectors.fill(CpuFloats.of(x), value);
    }

    @Override
    protected void copyKernel(DeviceFloats from, DeviceFloats to) {
        vectors.copy(CpuFloats.of(from), CpuFloats.of(to));
    }

    @Override
    protected void copyKernel(DeviceInts from, DeviceInts to) {
        vectors.copy(CpuInts.of(from), CpuInts.of(to));
    }

    @Override
    protected void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y) {
        vectors.axpy(alpha, CpuFloats.of(x), CpuFloats.of(y));
    }

    @Override
    protected void fillUniformKernel(long seed, long first, float low, float high, DeviceFloats x) {
        fills.uniform(seed, first, low, high, CpuFloats.of(x));
    }

    @Override
    protected void fillNormalKernel(long seed, long first, float mean, float deviation, DeviceFloats x) {
        fills.normal(seed, first, mean, deviation, CpuFloats.of(x));
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
        products.run(transposeA, transposeB, m, n, k, alpha, CpuFloats.of(a), CpuFloats.of(b), beta, CpuFloats.of(c));
    }

    @Override
    protected void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        vectors.biasActivation(activation, samples, outputs, CpuFloats.of(bias), CpuFloats.of(z), CpuFloats.of(y));
    }

    @Override
    protected void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        vectors.activationBackward(
                activation, (int) length, CpuFloats.of(z), CpuFloats.of(y), CpuFloats.of(dy), CpuFloats.of(dz));
    }

    @Override
    protected void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        vectors.columnSums(samples, outputs, CpuFloats.of(x), CpuFloats.of(sums));
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
        connections.forward(
                current(mask),
                firstSample,
                activation,
                samples,
                inputs,
                outputs,
                CpuFloats.of(x),
                CpuFloats.of(w),
                CpuFloats.of(bias),
                CpuFloats.of(z),
                CpuFloats.of(y));
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
        connections.backward(
                current(mask),
                firstSample,
                samples,
                inputs,
                outputs,
                CpuFloats.of(x),
                CpuFloats.of(w),
                CpuFloats.of(dz),
                CpuFloats.of(dx),
                CpuFloats.of(dw));
    }

    @Override
    protected void nodeMaskKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.node(current(mask), firstSample, samples, outputs, CpuFloats.of(from), CpuFloats.of(to));
    }

    @Override
    protected void weightMaskKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        masks.weight(current(mask), inputs, outputs, CpuFloats.of(from), CpuFloats.of(to));
    }

    @Override
    protected void exportMaskKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        masks.export(current(mask), firstSample, samples, inputs, outputs, CpuFloats.of(to));
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
        losses.softmaxCrossEntropy(
                CpuStepState.of(state),
                samples,
                classes,
                CpuFloats.of(logits),
                CpuInts.of(labels),
                CpuFloats.of(gradient),
                CpuLossAccumulator.of(totals));
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
        losses.meanSquaredError(
                CpuStepState.of(state),
                samples,
                outputs,
                CpuFloats.of(predictions),
                CpuFloats.of(targets),
                CpuFloats.of(gradient),
                CpuLossAccumulator.of(totals));
    }

    @Override
    protected void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        optimizers.sgd(CpuStepState.of(state), momentum, nesterov, CpuFloats.of(w), CpuFloats.of(g), CpuFloats.of(v));
    }

    @Override
    protected void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        optimizers.adam(
                CpuStepState.of(state), settings, CpuFloats.of(w), CpuFloats.of(g), CpuFloats.of(m), CpuFloats.of(v));
    }

    @Override
    protected void advanceKernel(StepState state) {
        gate.requireOpen();
        CpuStepState.of(state).advance();
    }

    @Override
    protected void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        gathers.rows(count, width, CpuFloats.of(from), CpuInts.of(rows), CpuFloats.of(to));
    }

    @Override
    protected void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        gathers.labels(count, CpuInts.of(from), CpuInts.of(rows), CpuInts.of(to));
    }

    private static Mask current(LayerMask mask) {
        return mask.at(CpuStepState.of(mask.state()).currentStep());
    }

    // Java's heap is this device's memory.
    private static <T> T allocated(long length, IntFunction<T> array) {
        int size = arrayLength(length);
        try {
            return array.apply(size);
        } catch (OutOfMemoryError e) {
            Runtime runtime = Runtime.getRuntime();
            long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
            throw new OutOfDeviceMemoryException(
                    "Java's heap has no room for this buffer; give Java more by -Xmx, or use a smaller --batch-size"
                            + " or smaller layers (--hidden): bytes=" + Float.BYTES * length + ", free=" + free
                            + ", heap=" + runtime.maxMemory(),
                    e);
        }
    }

    private static int arrayLength(long length) {
        // Some virtual machines keep a few words of the largest arrays for themselves.
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "length must be below 2^31 - 8 on the CPU; use smaller layers or batches:" + " length=" + length);
        }
        return (int) length;
    }
}

package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.backend.OutOfDeviceMemoryException;
import org.pernodedrop.backend.Recording;
import org.pernodedrop.backend.StepState;

/** Passes everything on to another backend, remembers what was allocated, and can run out of memory. */
public class RecordingBackend extends Backend {
    public final List<DeviceBuffer> buffers = new ArrayList<>();
    final List<WatchedState> states = new ArrayList<>();
    private int recordings;
    private int feeds;
    private long free = -1;
    private final Backend device;
    private int allocationsLeft = Integer.MAX_VALUE;

    /** Passes on to a device, which is closed with this. */
    public RecordingBackend(Backend device) {
        this.device = device;
    }

    /** How many recordings were made. */
    public int recordings() {
        return recordings;
    }

    /** How many feeds were made. */
    public int feeds() {
        return feeds;
    }

    /** Tells from now on that so many bytes of the device are free, whatever is. */
    public void pretendFree(long bytes) {
        free = bytes;
    }

    /** After this many more allocations there is no memory. */
    public void limitAllocations(int allocations) {
        allocationsLeft = allocations;
    }

    private <T extends DeviceBuffer> T record(T buffer) {
        buffers.add(buffer);
        return buffer;
    }

    private void takeOne() {
        if (allocationsLeft-- <= 0) {
            throw new OutOfDeviceMemoryException("nothing is left", null);
        }
    }

    @Override
    public MemoryUse memory() {
        MemoryUse use = device.memory();
        return free < 0 ? use : new MemoryUse(use.used(), use.peak(), use.used(), free, use.total());
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        recordings++;
        return device.record(operations);
    }

    @Override
    protected BatchFeed newBatchFeedKernel(int features, int labels) {
        feeds++;
        return device.newBatchFeed(features, labels);
    }

    @Override
    protected DeviceFloats allocateKernel(long length) {
        takeOne();
        return record(device.allocate(length));
    }

    @Override
    protected DeviceInts allocateIntsKernel(long length) {
        takeOne();
        return record(device.allocateInts(length));
    }

    private static StepState own(StepState state) {
        return ((WatchedState) state).state;
    }

    private static LayerMask own(LayerMask mask) {
        return new LayerMask(mask.spec(), mask.layer(), own(mask.state()));
    }

    /** A step state that tells whether it was closed. */
    static final class WatchedState implements StepState {
        private final StepState state;
        private boolean closed;

        private WatchedState(StepState state) {
            this.state = state;
        }

        boolean isClosed() {
            return closed;
        }

        @Override
        public long seed() {
            return state.seed();
        }

        @Override
        public long step() {
            return state.step();
        }

        @Override
        public void setStep(long step) {
            state.setStep(step);
        }

        @Override
        public float learningRate() {
            return state.learningRate();
        }

        @Override
        public void setLearningRate(float learningRate) {
            state.setLearningRate(learningRate);
        }

        @Override
        public void close() {
            closed = true;
            state.close();
        }
    }

    @Override
    public String describe() {
        return device.describe();
    }

    @Override
    public String device() {
        return device.device();
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }

    @Override
    public StepState newStepState(long seed) {
        WatchedState state = new WatchedState(device.newStepState(seed));
        states.add(state);
        return state;
    }

    @Override
    public LossAccumulator newLossAccumulator() {
        return device.newLossAccumulator();
    }

    @Override
    protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
        device.upload(from, offset, to);
    }

    @Override
    protected void uploadKernel(int[] from, int offset, DeviceInts to) {
        device.upload(from, offset, to);
    }

    @Override
    protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
        device.download(from, to, offset);
    }

    @Override
    protected void fillKernel(DeviceFloats x, float value) {
        device.fill(x, value);
    }

    @Override
    protected void copyKernel(DeviceFloats from, DeviceFloats to) {
        device.copy(from, to);
    }

    @Override
    protected void copyKernel(DeviceInts from, DeviceInts to) {
        device.copy(from, to);
    }

    @Override
    protected void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y) {
        device.axpy(alpha, x, y);
    }

    @Override
    protected void fillUniformKernel(long seed, long first, float low, float high, DeviceFloats x) {
        device.fillUniform(seed, first, low, high, x);
    }

    @Override
    protected void fillNormalKernel(long seed, long first, float mean, float deviation, DeviceFloats x) {
        device.fillNormal(seed, first, mean, deviation, x);
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
        device.matrixProduct(transposeA, transposeB, m, n, k, alpha, a, b, beta, c);
    }

    @Override
    protected void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        device.biasActivation(activation, samples, outputs, bias, z, y);
    }

    @Override
    protected void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        device.activationBackward(activation, length, z, y, dy, dz);
    }

    @Override
    protected void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        device.columnSums(samples, outputs, x, sums);
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
        device.connectionForward(own(mask), firstSample, activation, samples, inputs, outputs, x, w, bias, z, y);
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
        device.connectionBackward(own(mask), firstSample, samples, inputs, outputs, x, w, dz, dx, dw);
    }

    @Override
    protected void nodeMaskKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        device.nodeMask(own(mask), firstSample, samples, outputs, from, to);
    }

    @Override
    protected void weightMaskKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        device.weightMask(own(mask), inputs, outputs, from, to);
    }

    @Override
    protected void exportMaskKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        device.exportMask(own(mask), firstSample, samples, inputs, outputs, to);
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
        device.softmaxCrossEntropy(own(state), samples, classes, logits, labels, gradient, totals);
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
        device.meanSquaredError(own(state), samples, outputs, predictions, targets, gradient, totals);
    }

    @Override
    protected void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        device.sgd(own(state), momentum, nesterov, w, g, v);
    }

    @Override
    protected void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        device.adam(own(state), settings, w, g, m, v);
    }

    @Override
    protected void advanceKernel(StepState state) {
        device.advance(own(state));
    }

    @Override
    protected void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        device.gatherRows(count, width, from, rows, to);
    }

    @Override
    protected void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        device.gatherLabels(count, from, rows, to);
    }
}

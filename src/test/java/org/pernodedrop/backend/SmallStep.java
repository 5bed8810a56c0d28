package org.pernodedrop.backend;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** A step that uses nearly every operation and leaves numbers that depend on all steps before. */
final class SmallStep {
    private static final int B = 13;
    private static final int I = 7;
    private static final int U = 5;
    private static final AdamSettings ADAM = new AdamSettings(0.9f, 0.999f, 1e-8f, 0.01f);

    final StepState state;
    final LossAccumulator totals;
    private final Backend backend;
    private final List<DeviceFloats> buffers = new ArrayList<>();
    private final LayerMask connections;
    private final LayerMask gaussians;
    private final LayerMask nodes;
    private final DeviceFloats data;
    private final DeviceFloats x;
    private final DeviceFloats[] w = new DeviceFloats[3];
    private final DeviceFloats masked;
    private final DeviceFloats bias;
    private final DeviceFloats z;
    private final DeviceFloats y;
    private final DeviceFloats dz;
    private final DeviceFloats dx;
    private final DeviceFloats dw;
    private final DeviceFloats m;
    private final DeviceFloats v;
    private final DeviceFloats noise;
    private final DeviceFloats sums;
    private final DeviceInts order;
    private final DeviceInts rows;
    private final DeviceInts allLabels;
    private final DeviceInts labels;

    SmallStep(Backend backend) {
        this.backend = backend;
        state = backend.memory().newStepState(11);
        state.setLearningRate(0.01f);
        totals = backend.memory().newLossAccumulator();
        connections = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3), 0, state);
        gaussians = new LayerMask(MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.5), 1, state);
        nodes = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.NODE, 0.5), 2, state);
        data = floats(1, 2 * B * I);
        x = floats(2, B * I);
        for (int k = 0; k < w.length; k++) {
            w[k] = floats(3 + k, I * U);
        }
        masked = floats(6, I * U);
        bias = floats(7, U);
        z = floats(8, B * U);
        y = floats(9, B * U);
        dz = floats(10, B * U);
        dx = floats(11, B * I);
        dw = floats(12, I * U);
        m = backend.memory().allocate(I * U);
        v = backend.memory().allocate(I * U);
        noise = backend.memory().allocate(U);
        sums = backend.memory().allocate(U);
        buffers.addAll(List.of(m, v, noise, sums));
        order = ints(13, 2 * B, 2 * B);
        rows = ints(14, B, 2 * B);
        allLabels = ints(15, 2 * B, U);
        labels = ints(16, B, U);
    }

    private DeviceFloats floats(long seed, int length) {
        DeviceFloats buffer = backend.memory().allocate(length);
        backend.memory().upload(Numbers.floats(seed, length), 0, buffer);
        buffers.add(buffer);
        return buffer;
    }

    private DeviceInts ints(long seed, int length, int bound) {
        DeviceInts buffer = backend.memory().allocateInts(length);
        backend.memory().upload(Numbers.ints(seed, length, bound), 0, buffer);
        return buffer;
    }

    void run() {
        backend.vectors().copy(order.slice(B / 2, B), rows);
        backend.vectors().gatherRows(B, I, data, rows, x);
        backend.vectors().gatherLabels(B, allLabels, rows, labels);
        for (LayerMask mask : List.of(connections, gaussians)) {
            DeviceFloats weights = w[mask.layer()];
            backend.maskedProducts()
                    .forward(
                            new MaskDraw<>(mask, 3, ConnectionShape.of(B, I, U), null),
                            new ForwardPass<>(Activation.RELU, x, weights, bias, z, y));
            backend.losses().softmaxCrossEntropy(state, B, U, y, labels, dz, totals);
            backend.vectors().activationBackward(Activation.RELU, B * U, z, y, dz, dz);
            backend.maskedProducts()
                    .backward(
                            new MaskDraw<>(mask, 3, ConnectionShape.of(B, I, U), null),
                            new BackwardPass<>(x, weights, dz, dx, dw, null));
            backend.optimizers().adam(state, ADAM, weights, dw, m, v);
        }
        backend.masks().multiplyWeights(connections, I, U, w[2], masked);
        backend.matrices().product(false, false, B, U, I, 1, x, masked, 0, z);
        backend.vectors().biasActivation(Activation.TANH, B, U, bias, z, y);
        backend.masks().multiplyNodes(nodes, 3, B, U, y, y);
        backend.vectors().copy(z, dz);
        backend.losses().meanSquaredError(state, B, U, y, dz, y, totals);
        backend.vectors().columnSums(B, U, y, sums);
        backend.vectors().axpy(-0.25f, sums, bias);
        backend.matrices().product(true, false, I, U, B, 1, x, y, 0, dw);
        backend.optimizers().sgd(state, 0.5f, true, w[2], dw, m);
        backend.randomFills().uniform(5, 3, -1, 1, noise);
        backend.vectors().axpy(0.125f, noise, bias);
        backend.randomFills().normal(5, 3, 0, 1, noise);
        backend.vectors().fill(dx, 0.5f);
        backend.optimizers().advance(state);
    }

    /** All that the step wrote. */
    List<float[]> read() {
        return buffers.stream().map(backend.memory()::download).toList();
    }
}

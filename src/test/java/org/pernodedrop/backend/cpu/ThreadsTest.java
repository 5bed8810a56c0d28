package org.pernodedrop.backend.cpu;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** No result depends on the number of threads, bit for bit; sizes are such that work is shared out. */
class ThreadsTest {
    private static final int SAMPLES = 207;
    private static final int INPUTS = 333;
    private static final int OUTPUTS = 500;

    @Test
    void everyNumberOfThreadsGivesTheSameBits() {
        List<float[]> arrays = new ArrayList<>();
        List<LossTotals> totals = new ArrayList<>();
        everything(1, arrays, totals);
        for (int threads : new int[] {2, 3, 5}) {
            List<float[]> others = new ArrayList<>();
            List<LossTotals> otherTotals = new ArrayList<>();
            everything(threads, others, otherTotals);
            assertEquals(totals, otherTotals);
            assertEquals(arrays.size(), others.size());
            for (int k = 0; k < arrays.size(); k++) {
                assertArrayEquals(arrays.get(k), others.get(k), threads + " threads, result " + k);
            }
        }
    }

    private static void everything(int threads, List<float[]> arrays, List<LossTotals> losses) {
        try (Backend backend = new CpuBackend(threads)) {
            StepState state = backend.memory().newStepState(11);
            state.setStep(3);
            state.setLearningRate(0.01f);
            List<DeviceFloats> results = new ArrayList<>();
            DeviceFloats x = backend.memory().allocate(SAMPLES * INPUTS);
            DeviceFloats w = backend.memory().allocate(INPUTS * OUTPUTS);
            DeviceFloats bias = backend.memory().allocate(OUTPUTS);
            backend.randomFills().normal(1, 5, 0, 1, x);
            backend.randomFills().uniform(2, 5, -1, 1, w);
            backend.randomFills().uniform(3, 0, -1, 1, bias);
            results.add(x);
            results.add(w);
            dense(backend, x, w, bias, results);
            masked(backend, state, x, w, results);
            losses.addAll(losses(backend, state, results));
            optimized(backend, state, w, results);
            for (DeviceFloats result : results) {
                arrays.add(backend.memory().download(result));
            }
        }
    }

    private static void dense(
            Backend backend, DeviceFloats x, DeviceFloats w, DeviceFloats bias, List<DeviceFloats> results) {
        for (Activation activation : Activation.values()) {
            DeviceFloats z = backend.memory().allocate(SAMPLES * OUTPUTS);
            DeviceFloats y = backend.memory().allocate(SAMPLES * OUTPUTS);
            DeviceFloats dx = backend.memory().allocate(SAMPLES * INPUTS);
            DeviceFloats dw = backend.memory().allocate(INPUTS * OUTPUTS);
            DeviceFloats db = backend.memory().allocate(OUTPUTS);
            backend.matrices().product(false, false, SAMPLES, OUTPUTS, INPUTS, 1, x, w, 0, z);
            backend.vectors().biasActivation(activation, SAMPLES, OUTPUTS, bias, z, y);
            DeviceFloats dz = backend.memory().allocate(SAMPLES * OUTPUTS);
            backend.vectors().activationBackward(activation, SAMPLES * OUTPUTS, z, y, y, dz);
            backend.matrices().product(false, true, SAMPLES, INPUTS, OUTPUTS, 1, dz, w, 0, dx);
            backend.matrices().product(true, false, INPUTS, OUTPUTS, SAMPLES, 1, x, dz, 0, dw);
            backend.vectors().columnSums(SAMPLES, OUTPUTS, dz, db);
            results.addAll(List.of(z, y, dz, dx, dw, db));
        }
    }

    private static void masked(
            Backend backend, StepState state, DeviceFloats x, DeviceFloats w, List<DeviceFloats> results) {
        int samples = 33;
        int outputs = 70;
        for (Noise noise : Noise.values()) {
            LayerMask connections = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), 0, state);
            LayerMask nodes = new LayerMask(MaskSpec.of(noise, Granularity.NODE, 0.3), 1, state);
            for (ConnectionShape shape : List.of(
                    new ConnectionShape(5, 40, INPUTS, outputs), ConnectionShape.of(samples, INPUTS, outputs))) {
                DeviceFloats z = backend.memory().allocate(shape.outputSize());
                DeviceFloats dx = backend.memory().allocate(shape.inputSize());
                DeviceFloats dw = backend.memory().allocate(shape.weightSize());
                MaskDraw<LayerMask, DeviceInts> draw = new MaskDraw<>(connections, 7, shape, null);
                backend.maskedProducts().forward(draw, new ForwardPass<>(Activation.LINEAR, x, w, null, z, z));
                backend.maskedProducts().backward(draw, new BackwardPass<>(x, w, z, dx, dw, null));
                results.addAll(List.of(z, dx, dw));
            }
            DeviceFloats node = backend.memory().allocate(SAMPLES * INPUTS);
            DeviceFloats weight = backend.memory().allocate(INPUTS * OUTPUTS);
            DeviceFloats mask = backend.memory().allocate(13 * 50 * 100);
            backend.masks().multiplyNodes(nodes, 3, SAMPLES, INPUTS, x, node);
            backend.masks().multiplyWeights(connections, INPUTS, OUTPUTS, w, weight);
            backend.masks().export(connections, 3, 13, 50, 100, mask);
            results.addAll(List.of(node, weight, mask));
        }
    }

    private static List<LossTotals> losses(Backend backend, StepState state, List<DeviceFloats> results) {
        int samples = 5000;
        int classes = 30;
        DeviceFloats logits = backend.memory().allocate(samples * classes);
        DeviceFloats targets = backend.memory().allocate(samples * classes);
        backend.randomFills().normal(8, 0, 0, 3, logits);
        backend.randomFills().normal(9, 0, 0, 3, targets);
        DeviceInts labels = backend.memory().allocateInts(samples);
        backend.memory().upload(Numbers.ints(1, samples, classes), 0, labels);
        DeviceFloats entropyGradient = backend.memory().allocate(samples * classes);
        DeviceFloats squareGradient = backend.memory().allocate(samples * classes);
        LossAccumulator entropy = backend.memory().newLossAccumulator();
        LossAccumulator square = backend.memory().newLossAccumulator();
        backend.losses().softmaxCrossEntropy(state, samples, classes, logits, labels, entropyGradient, entropy);
        backend.losses().meanSquaredError(state, samples, classes, logits, targets, squareGradient, square);
        results.add(entropyGradient);
        results.add(squareGradient);
        return List.of(entropy.read(), square.read());
    }

    private static void optimized(Backend backend, StepState state, DeviceFloats w, List<DeviceFloats> results) {
        DeviceFloats g = backend.memory().allocate(INPUTS * OUTPUTS);
        DeviceFloats m = backend.memory().allocate(INPUTS * OUTPUTS);
        DeviceFloats v = backend.memory().allocate(INPUTS * OUTPUTS);
        DeviceFloats velocity = backend.memory().allocate(INPUTS * OUTPUTS);
        backend.randomFills().normal(21, 0, 0, 1, g);
        for (int step = 0; step < 3; step++) {
            backend.optimizers().adam(state, new AdamSettings(0.9f, 0.999f, 1e-8f, 0.1f), w, g, m, v);
            backend.optimizers().sgd(state, 0.9f, true, w, g, velocity);
            backend.vectors().axpy(0.5f, w, g);
            backend.optimizers().advance(state);
        }
        results.addAll(List.of(g, m, v, velocity));
    }
}

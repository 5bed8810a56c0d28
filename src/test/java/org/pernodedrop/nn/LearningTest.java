package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;

/** Whole networks on small problems. */
class LearningTest {
    private final Backend backend = new CpuBackend(2);
    private final LossAccumulator totals = backend.memory().newLossAccumulator();

    @AfterEach
    void close() {
        totals.close();
        backend.close();
    }

    static List<Arguments> optimizers() {
        return List.of(
                Arguments.of(Sgd.plain(), 0.5),
                Arguments.of(Sgd.momentum(0.9), 0.1),
                Arguments.of(Sgd.nesterov(0.9), 0.1),
                Arguments.of(Adam.standard(), 0.02),
                Arguments.of(Adam.standard().withBetas(0.8, 0.99).withEpsilon(1e-6), 0.02),
                Arguments.of(AdamW.weightDecay(1e-3), 0.02));
    }

    @ParameterizedTest
    @MethodSource("optimizers")
    void exclusiveOrIsLearnt(Optimizer optimizer, double learningRate) {
        try (DeviceFloats x = backend.memory().allocate(8);
                DeviceInts labels = backend.memory().allocateInts(4);
                Network network = Network.builder()
                        .input(2)
                        .seed(3)
                        .add(Dense.units(16).activation(Activation.TANH).build())
                        .add(Dense.units(2).build())
                        .optimizer(optimizer)
                        .learningRate(learningRate)
                        .build(backend)) {
            backend.memory().upload(new float[] {0, 0, 0, 1, 1, 0, 1, 1}, 0, x);
            backend.memory().upload(new int[] {0, 1, 1, 0}, 0, labels);
            LossTotals found = learnt(network, x, labels, 500);
            assertEquals(1.0, found.accuracy());
            assertTrue(found.meanLoss() < 0.05, "loss=" + found.meanLoss());
        }
    }

    private LossTotals learnt(Network network, DeviceFloats x, DeviceInts labels, int steps) {
        int samples = (int) labels.length();
        for (int step = 0; step < steps; step++) {
            network.step(x, labels, samples, totals);
        }
        totals.reset();
        network.evaluate(x, labels, samples, totals);
        return totals.read();
    }

    static List<Layer> hiddenLayers() {
        List<Layer> layers = new ArrayList<>();
        for (Noise noise : Noise.values()) {
            for (Granularity granularity : Granularity.values()) {
                layers.add(PerNodeDropDense.units(16)
                        .noise(noise)
                        .granularity(granularity)
                        .activation(Activation.RELU)
                        .build());
            }
        }
        layers.add(PerNodeDropDense.units(16)
                .fixedMask(true)
                .activation(Activation.RELU)
                .build());
        layers.add(DropConnectDense.units(16).activation(Activation.RELU).build());
        return layers;
    }

    // Whether a point lies inside a circle that holds half of them, so that guessing and straight lines give about 0.5.
    @ParameterizedTest
    @MethodSource("hiddenLayers")
    void circlesAreLearntUnderMasks(Layer hidden) {
        int samples = 100;
        float[] points = new float[2 * samples];
        int[] classes = new int[samples];
        Random random = new Random(8);
        for (int b = 0; b < samples; b++) {
            points[2 * b] = (float) random.nextGaussian();
            points[2 * b + 1] = (float) random.nextGaussian();
            classes[b] = Math.hypot(points[2 * b], points[2 * b + 1]) < 1.18 ? 1 : 0;
        }
        try (DeviceFloats x = backend.memory().allocate(points.length);
                DeviceInts labels = backend.memory().allocateInts(samples);
                Network network = Network.builder()
                        .input(2)
                        .seed(3)
                        .add(Dense.units(16).activation(Activation.RELU).build())
                        .add(hidden)
                        .add(Dropout.rate(0.1))
                        .add(Dense.units(2).build())
                        .learningRate(0.01)
                        .build(backend)) {
            backend.memory().upload(points, 0, x);
            backend.memory().upload(classes, 0, labels);
            double accuracy = learnt(network, x, labels, 120).accuracy();
            assertTrue(accuracy > 0.85, hidden + ": accuracy=" + accuracy);
        }
    }

    @Test
    void penaltiesShrinkWeights() {
        try (TestBatch batch = new TestBatch(backend, 4, 20, 5, 3);
                Network free = regression(0);
                Network penalised = regression(0.5)) {
            for (int step = 0; step < 100; step++) {
                free.step(batch.deviceInput, batch.deviceTargets, 20, totals);
                penalised.step(batch.deviceInput, batch.deviceTargets, 20, totals);
            }
            assertTrue(norm(penalised, 0) < 0.7 * norm(free, 0));
        }
    }

    private Network regression(double l2) {
        return Network.builder()
                .input(5)
                .add(Dense.units(3).l2(l2).build())
                .loss(Loss.MEAN_SQUARED_ERROR)
                .optimizer(Sgd.plain())
                .learningRate(0.1)
                .build(backend);
    }

    private double norm(Network network, int parameter) {
        double sum = 0;
        for (float w :
                backend.memory().download(network.parameters().get(parameter).values())) {
            sum += w * w;
        }
        return Math.sqrt(sum);
    }

    @Test
    void descentFollowsTheGradientIncludingThePenalty() {
        try (TestBatch batch = new TestBatch(backend, 4, 20, 5, 3);
                Network network = regression(0.5)) {
            float[] expected = backend.memory().download(network.parameterBuffer());
            network.step(batch.deviceInput, batch.deviceTargets, 20, totals);
            for (Parameter parameter : network.parameters()) {
                float[] gradient = backend.memory().download(parameter.gradient());
                for (int k = 0; k < gradient.length; k++) {
                    expected[(int) parameter.offset() + k] -= 0.1f * gradient[k];
                }
            }
            assertArrayEquals(expected, backend.memory().download(network.parameterBuffer()), 1e-6f);
        }
    }
}

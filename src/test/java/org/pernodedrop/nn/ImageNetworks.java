package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.CapturedGraph;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/** Networks over images of 5 x 7 pixels and 3 channels: outputs in every mode, gradients, batches in parts. */
abstract class ImageNetworks {
    private static final int SAMPLES = 5;
    private static final int INPUTS = 5 * 7 * 3;
    private static final int OUTPUTS = 3;

    private final Backend backend;
    private final double tolerance;
    private final LossAccumulator totals;
    private final TestBatch batch;

    /** @param tolerance of gradients, relative to a parameter's largest; twice that of outputs */
    ImageNetworks(Backend backend, double tolerance) {
        this.backend = backend;
        this.tolerance = tolerance;
        totals = backend.memory().newLossAccumulator();
        batch = new TestBatch(backend, 41, SAMPLES, INPUTS, OUTPUTS);
    }

    /** Another backend of the kind under test. */
    abstract Backend open(int threads);

    @AfterEach
    void close() {
        batch.close();
        totals.close();
        backend.close();
    }

    static List<LayerCases.Stack> stacks() {
        List<LayerCases.Stack> stacks = new ArrayList<>();
        for (Padding padding : Padding.values()) {
            for (int[] sizes : new int[][] {{3, 3, 1, 1}, {2, 3, 2, 1}, {1, 1, 1, 1}, {1, 1, 2, 2}, {4, 5, 1, 2}}) {
                Conv2D convolution = Conv2D.filters(4)
                        .kernel(sizes[0], sizes[1])
                        .stride(sizes[2], sizes[3])
                        .padding(padding)
                        .activation(Activation.TANH)
                        .build();
                stacks.add(stack("convolution " + Arrays.toString(sizes) + " " + padding, convolution));
                Windows windows = new Windows(sizes[0], sizes[1], sizes[2], sizes[3], padding);
                stacks.add(pooled(new MaxPool2D(windows)));
                stacks.add(pooled(new AveragePool2D(windows)));
            }
        }
        for (Noise noise : Noise.values()) {
            stacks.add(stack(
                    "connection " + noise,
                    masked().noise(noise).padding(Padding.SAME).build(),
                    masked().noise(noise).kernel(2).stride(2, 1).bias(false).build()));
            stacks.add(stack(
                    "fixed " + noise, masked().noise(noise).fixedMask(true).build()));
        }
        stacks.add(stack(
                "fixed node",
                masked().granularity(Granularity.NODE).fixedMask(true).build()));
        stacks.add(stack(
                "node, one window an image",
                masked().granularity(Granularity.NODE).kernel(5, 7).build()));
        stacks.add(stack(
                "materialized",
                masked().strategy(Strategy.MATERIALIZED).l2(0.05).build()));
        stacks.add(stack("rate 0", masked().dropRate(0).build()));
        stacks.add(stack(
                "pixels",
                masked().kernel(1).padding(Padding.SAME).build(),
                masked().kernel(1).build()));
        stacks.add(stack(
                "normalized",
                Conv2D.filters(4).bias(false).build(),
                BatchNormalization.standard(),
                ActivationLayer.of(Activation.TANH),
                new BatchNormalization(1f, 0.5f)));
        stacks.add(new LayerCases.Stack(
                "normalized first and last",
                List.of(
                        BatchNormalization.standard(),
                        new Flatten(),
                        Dense.units(5).build(),
                        Dropout.rate(0.5),
                        BatchNormalization.standard(),
                        Dense.units(OUTPUTS).build(),
                        BatchNormalization.standard())));
        stacks.add(new LayerCases.Stack(
                "like the notebook's",
                List.of(
                        AveragePool2D.of(1),
                        Conv2D.filters(4)
                                .padding(Padding.SAME)
                                .activation(Activation.TANH)
                                .build(),
                        MaxPool2D.of(2),
                        Dropout.rate(0.25),
                        new Flatten(),
                        PerNodeDropDense.units(6).activation(Activation.TANH).build(),
                        Dense.units(OUTPUTS).build())));
        return stacks;
    }

    private static PerNodeDropConv2D.Builder masked() {
        return PerNodeDropConv2D.filters(4).dropRate(0.3).activation(Activation.TANH);
    }

    private static LayerCases.Stack pooled(Pooling2D pooling) {
        return stack(
                pooling.kind() + " " + pooling.settings(),
                Conv2D.filters(4).kernel(2).padding(Padding.SAME).build(),
                pooling,
                Conv2D.filters(2).kernel(1).build());
    }

    private static LayerCases.Stack stack(String name, Layer... layers) {
        List<Layer> all = new ArrayList<>(List.of(layers));
        all.add(new Flatten());
        all.add(Dense.units(OUTPUTS).build());
        return new LayerCases.Stack(name, all);
    }

    private static NetworkBuilder builder(LayerCases.Stack stack) {
        NetworkBuilder builder = Network.builder().input(5, 7, 3).seed(0x1A6E);
        stack.layers().forEach(builder::add);
        return builder.optimizer(Sgd.plain()).learningRate(0);
    }

    private Network network(LayerCases.Stack stack) {
        Network network = LayerCases.withBiases(builder(stack).build(backend));
        for (Statistic statistic : network.statistics()) {
            float[] values = new float[statistic.shape().size()];
            for (int c = 0; c < values.length; c++) {
                values[c] = statistic.name().endsWith("variance") ? 0.5f + 0.25f * c : 0.1f * c - 0.2f;
            }
            backend.memory().upload(values, 0, statistic.values());
        }
        network.state().setStep(3);
        network.setFirstSample(9);
        return network;
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void outputsAreTheReferences(LayerCases.Stack stack) {
        for (Mode mode : Mode.values()) {
            try (Network network = network(stack)) {
                ReferenceNetwork reference = new ReferenceNetwork(network, SAMPLES, mode);
                double[] expected = reference.forward(Numbers.doubles(batch.input));
                double[] actual =
                        Numbers.doubles(backend.memory().download(network.forward(batch.deviceInput, SAMPLES, mode)));
                assertArrayEquals(expected, actual, 2.5 * tolerance, stack + " " + mode);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void gradientsAreTheReferences(LayerCases.Stack stack) {
        double[] x = Numbers.doubles(batch.input);
        try (Network network = network(stack)) {
            ReferenceNetwork reference = new ReferenceNetwork(network, SAMPLES, Mode.TRAINING);
            network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
            double loss = reference.crossEntropy(x, batch.labels);
            assertEquals(loss, totals.read().meanLoss(), tolerance * (1 + loss));
            GradientCheck.compare(network, reference, tolerance, () -> reference.crossEntropy(x, batch.labels));
        }
    }

    /** A step as it is recorded, and on other numbers of threads, gives the same bits. */
    @ParameterizedTest
    @MethodSource("stacks")
    void stepsDependNeitherOnThreadsNorOnCapture(LayerCases.Stack stack) {
        float[] expected = trained(stack, 1, false);
        assertArrayEquals(expected, trained(stack, 3, false));
        assertArrayEquals(expected, trained(stack, 2, true));
    }

    private float[] trained(LayerCases.Stack stack, int threads, boolean recorded) {
        try (Backend own = open(threads);
                TestBatch ownBatch = new TestBatch(own, 41, SAMPLES, INPUTS, OUTPUTS);
                LossAccumulator ownTotals = own.memory().newLossAccumulator();
                Network network = builder(stack)
                        .optimizer(Adam.standard())
                        .learningRate(0.01)
                        .build(own)) {
            network.reserve(SAMPLES);
            Runnable step = () -> network.step(ownBatch.deviceInput, ownBatch.deviceLabels, SAMPLES, ownTotals);
            if (recorded) {
                try (CapturedGraph graph = own.capture(step)) {
                    graph.replay();
                    graph.replay();
                }
            } else {
                step.run();
                step.run();
            }
            return own.memory().download(network.parameterBuffer());
        }
    }

    @Test
    void runningMomentsFollowTheBatches() {
        try (Network network = Network.builder()
                .input(5, 7, 3)
                .add(new BatchNormalization(0.25f, 1e-3f))
                .add(new Flatten())
                .add(Dense.units(OUTPUTS).build())
                .build(backend)) {
            assertEquals(
                    List.of("0.mean", "0.variance"),
                    network.statistics().stream().map(Statistic::name).toList());
            network.forward(batch.deviceInput, SAMPLES, Mode.INFERENCE);
            network.forward(batch.deviceInput, SAMPLES, Mode.MONTE_CARLO);
            assertArrayEquals(
                    new float[3],
                    backend.memory().download(network.statistics().get(0).values()));
            network.forward(batch.deviceInput, SAMPLES, Mode.TRAINING);
            for (int c = 0; c < 3; c++) {
                double mean = 0;
                double square = 0;
                int rows = SAMPLES * 35;
                for (int row = 0; row < rows; row++) {
                    mean += batch.input[row * 3 + c] / (double) rows;
                    square += batch.input[row * 3 + c] * (double) batch.input[row * 3 + c] / rows;
                }
                assertEquals(
                        0.25 * mean,
                        backend.memory().download(network.statistics().get(0).values())[c],
                        1e-6);
                assertEquals(
                        0.75 + 0.25 * (square - mean * mean),
                        backend.memory().download(network.statistics().get(1).values())[c],
                        1e-5);
            }
        }
    }

    @Test
    void snapshotsHoldTheRunningMomentsToo() {
        try (Network network = network(stack("normalized", BatchNormalization.standard()));
                Snapshot snapshot = new Snapshot(network)) {
            snapshot.take();
            float[] before =
                    backend.memory().download(network.statistics().get(0).values());
            network.forward(batch.deviceInput, SAMPLES, Mode.TRAINING);
            assertFalse(Arrays.equals(
                    before,
                    backend.memory().download(network.statistics().get(0).values())));
            assertArrayEquals(
                    before, backend.memory().download(snapshot.weights().get("0.mean")));
            snapshot.restore();
            assertArrayEquals(
                    before,
                    backend.memory().download(network.statistics().get(0).values()));
        }
    }

    @Test
    void masksOfConvolutionsAreHandedOut() {
        PerNodeDropConv2D layer = masked().kernel(2, 3).build();
        try (Network network = network(stack("masked", layer))) {
            float[] mask = network.mask(0, 2);
            assertEquals(2 * 18 * 4, mask.length);
            Mask expected = Mask.of(layer.mask(), network.spec().seed(), 0, 3);
            for (int k = 0; k < mask.length; k++) {
                assertEquals(expected.value(9 + k / 72, k / 4 % 18, k % 4), mask[k], "at " + k);
            }
        }
    }

    @Test
    void whatDoesNotFitIsRefused() {
        refused("three dimensions", Conv2D.filters(2).build(), 35);
        refused(
                "a window must not be larger than the image",
                Conv2D.filters(2).kernel(6, 3).build(),
                5,
                7,
                3);
        refused("fewer than 2^31 elements", Conv2D.filters(Integer.MAX_VALUE).build(), 5, 7, 3);
        refused("put Flatten before", Dense.units(3).build(), 5, 7, 3);
        refused("node granularity", masked().granularity(Granularity.NODE).build(), 5, 7, 3);
        Class<IllegalArgumentException> kind = IllegalArgumentException.class;
        Refusal.contains(kind, "filters=0", () -> Conv2D.filters(0).build());
        Refusal.contains(kind, "window height=0", () -> MaxPool2D.of(0));
        Refusal.contains(kind, "momentum=0", () -> new BatchNormalization(0, 1));
    }

    private static void refused(String part, Layer layer, int... input) {
        NetworkBuilder builder = Network.builder()
                .input(input)
                .loss(Loss.MEAN_SQUARED_ERROR)
                .add(layer)
                .add(new Flatten())
                .add(Dense.units(2).build());
        Refusal.contains(IllegalArgumentException.class, part, builder::describe);
    }
}

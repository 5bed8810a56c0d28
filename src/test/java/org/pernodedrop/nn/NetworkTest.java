package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;

/** What a network promises beyond its numbers. */
class NetworkTest {
    private static final int SAMPLES = 13;

    private final Backend backend = new CpuBackend(2);
    private final LossAccumulator totals = backend.memory().newLossAccumulator();
    private final TestBatch batch = new TestBatch(backend, 5, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);

    static List<LayerCases.Stack> stacks() {
        return LayerCases.all();
    }

    @AfterEach
    void close() {
        batch.close();
        totals.close();
        backend.close();
    }

    private static NetworkBuilder perNodeDrop(double rate, boolean fixed) {
        NetworkBuilder builder = Network.builder().input(LayerCases.INPUTS).seed(77);
        for (int units : new int[] {37, LayerCases.OUTPUTS}) {
            builder.add(PerNodeDropDense.units(units)
                    .dropRate(rate)
                    .fixedMask(fixed)
                    .activation(Activation.TANH)
                    .build());
        }
        return builder;
    }

    private static NetworkBuilder dense() {
        return Network.builder()
                .input(LayerCases.INPUTS)
                .seed(77)
                .add(Dense.units(37).activation(Activation.TANH).build())
                .add(Dense.units(LayerCases.OUTPUTS).activation(Activation.TANH).build());
    }

    private float[] output(Network network, Mode mode) {
        return network.backend().memory().download(network.forward(batch.deviceInput, SAMPLES, mode));
    }

    private void train(Network network, int steps) {
        for (int k = 0; k < steps; k++) {
            network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
        }
    }

    private float[] parameters(Network network) {
        return network.backend().memory().download(network.parameterBuffer());
    }

    @Test
    void dropRateZeroIsDenseBitForBit() {
        try (Network none = perNodeDrop(0, false).build(backend);
                Network fixed = perNodeDrop(0, true).build(backend);
                Network dense = dense().build(backend)) {
            for (Network network : List.of(none, fixed, dense)) {
                train(network, 4);
            }
            assertArrayEquals(parameters(dense), parameters(none));
            assertArrayEquals(parameters(dense), parameters(fixed));
        }
    }

    @Test
    void inferenceIsPlainDenseAndAlwaysTheSame() {
        try (Network network = perNodeDrop(0.5, false).build(backend);
                Network dense = dense().build(backend)) {
            train(network, 3);
            backend.vectors().copy(network.parameterBuffer(), dense.parameterBuffer());
            float[] first = output(network, Mode.INFERENCE);
            network.state().setStep(99);
            network.setFirstSample(1000);
            assertArrayEquals(first, output(network, Mode.INFERENCE));
            assertArrayEquals(first, output(dense, Mode.INFERENCE));
            assertFalse(Arrays.equals(first, output(network, Mode.TRAINING)));
        }
    }

    @ParameterizedTest
    @EnumSource(Granularity.class)
    void fixedMasksAreTheSameInEveryModeStepAndShard(Granularity granularity) {
        try (Network network = Network.builder()
                .input(LayerCases.INPUTS)
                .add(PerNodeDropDense.units(37)
                        .granularity(granularity)
                        .noise(Noise.PARTIAL_GAUSSIAN)
                        .fixedMask(true)
                        .build())
                .build(backend)) {
            float[] expected = output(network, Mode.INFERENCE);
            network.state().setStep(8);
            network.setFirstSample(3);
            for (Mode mode : Mode.values()) {
                assertArrayEquals(expected, output(network, mode), mode.name());
            }
        }
    }

    @Test
    void masksOfStepsDiffer() {
        try (Network network = perNodeDrop(0.5, false).build(backend)) {
            float[] first = output(network, Mode.TRAINING);
            assertArrayEquals(first, output(network, Mode.TRAINING));
            assertArrayEquals(first, output(network, Mode.MONTE_CARLO));
            network.state().setStep(1);
            assertFalse(Arrays.equals(first, output(network, Mode.TRAINING)));
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void sameSeedSameRunForAnyNumberOfThreads(LayerCases.Stack stack) {
        float[][] runs = new float[3][];
        int[] threads = {1, 2, 2};
        for (int run = 0; run < runs.length; run++) {
            try (Backend own = new CpuBackend(threads[run]);
                    LossAccumulator ownTotals = own.memory().newLossAccumulator();
                    TestBatch samples = new TestBatch(own, 5, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);
                    Network network = LayerCases.builder(stack)
                            .learningRate(0.01)
                            .seed(run == 2 ? 1 : 0)
                            .build(own)) {
                for (int k = 0; k < 3; k++) {
                    network.step(samples.deviceInput, samples.deviceLabels, SAMPLES, ownTotals);
                }
                runs[run] = parameters(network);
            }
        }
        assertArrayEquals(runs[0], runs[1]);
        assertFalse(Arrays.equals(runs[1], runs[2]));
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void smallerBatchesReuseTheRoomOfLargerOnes(LayerCases.Stack stack) {
        try (Network used = LayerCases.builder(stack).build(backend);
                Network fresh = LayerCases.builder(stack).build(backend)) {
            used.forward(batch.deviceInput, SAMPLES, Mode.TRAINING);
            for (int samples : new int[] {5, 1, 7}) {
                used.step(batch.deviceInput, batch.deviceLabels, samples, totals);
                fresh.step(batch.deviceInput, batch.deviceLabels, samples, totals);
            }
            assertArrayEquals(parameters(fresh), parameters(used));
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void shardsDrawTheMasksOfTheWholeBatch(LayerCases.Stack stack) {
        int split = 4;
        try (Network network = LayerCases.builder(stack).build(backend)) {
            float[] whole = output(network, Mode.TRAINING);
            network.setFirstSample(split);
            DeviceFloats rest = batch.deviceInput.slice(
                    (long) split * LayerCases.INPUTS, (long) (SAMPLES - split) * LayerCases.INPUTS);
            float[] shard = backend.memory().download(network.forward(rest, SAMPLES - split, Mode.TRAINING));
            float[] expected = Arrays.copyOfRange(whole, split * LayerCases.OUTPUTS, whole.length);
            assertArrayEquals(expected, shard, 1e-5f);
        }
    }

    @Test
    void stepIsForwardBackwardUpdate() {
        try (Network whole =
                        perNodeDrop(0.5, false).loss(Loss.MEAN_SQUARED_ERROR).build(backend);
                Network parts =
                        perNodeDrop(0.5, false).loss(Loss.MEAN_SQUARED_ERROR).build(backend);
                DeviceFloats gradient = backend.memory().allocate((long) SAMPLES * LayerCases.OUTPUTS)) {
            whole.step(batch.deviceInput, batch.deviceTargets, SAMPLES, totals);
            DeviceFloats y = parts.forward(batch.deviceInput, SAMPLES, Mode.TRAINING);
            assertEquals(gradient.length(), y.length());
            backend.losses()
                    .meanSquaredError(
                            parts.state(), SAMPLES, LayerCases.OUTPUTS, y, batch.deviceTargets, gradient, totals);
            parts.backward(gradient);
            parts.update();
            assertEquals(1, parts.state().step());
            assertArrayEquals(parameters(whole), parameters(parts));
        }
    }

    @Test
    void backwardNeedsATrainingPassBeforeIt() {
        try (Network network = dense().build(backend);
                DeviceFloats gradient = backend.memory().allocate((long) SAMPLES * LayerCases.OUTPUTS)) {
            assertThrows(IllegalStateException.class, () -> network.backward(gradient));
            for (Mode mode : List.of(Mode.INFERENCE, Mode.MONTE_CARLO)) {
                network.forward(batch.deviceInput, SAMPLES, mode);
                Refusal.contains(IllegalStateException.class, "last pass=" + mode, () -> network.backward(gradient));
            }
            network.forward(batch.deviceInput, 2, Mode.TRAINING);
            network.reserve(100);
            Refusal.contains(IllegalStateException.class, "last pass=none", () -> network.backward(gradient));
            network.forward(batch.deviceInput, SAMPLES, Mode.TRAINING);
            network.backward(gradient);
        }
    }

    @Test
    void targetsMustFitTheLoss() {
        try (Network classifier = dense().build(backend);
                Network regression = dense().loss(Loss.MEAN_SQUARED_ERROR).build(backend)) {
            float[] before = parameters(classifier);
            Class<IllegalArgumentException> kind = IllegalArgumentException.class;
            Refusal.says(
                    kind,
                    "the network's loss, softmax-cross-entropy, needs labels; "
                            + "with float targets use mean-squared-error",
                    () -> classifier.step(batch.deviceInput, batch.deviceTargets, SAMPLES, totals));
            assertThrows(kind, () -> classifier.evaluate(batch.deviceInput, batch.deviceTargets, SAMPLES, totals));
            assertThrows(kind, () -> regression.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals));
            assertThrows(kind, () -> regression.evaluate(batch.deviceInput, batch.deviceLabels, SAMPLES, totals));
            assertEquals(0, classifier.state().step());
            assertArrayEquals(before, parameters(classifier));
        }
    }

    @Test
    void batchesMustHoldWhatTheyClaim() {
        try (Network network = dense().build(backend)) {
            Refusal.contains(
                    IllegalArgumentException.class,
                    "x.length=169, samples=14, input shape=[13]",
                    () -> network.forward(batch.deviceInput, SAMPLES + 1, Mode.INFERENCE));
            assertThrows(IllegalArgumentException.class, () -> network.forward(batch.deviceInput, 0, Mode.INFERENCE));
            assertThrows(IllegalArgumentException.class, () -> network.setFirstSample(-1));
        }
    }

    @Test
    void runsResumeBitForBitFromParametersMomentsAndStep() {
        for (Optimizer optimizer : List.of(Sgd.momentum(0.9), Adam.standard(), AdamW.weightDecay(0.01))) {
            try (Network straight = perNodeDrop(0.4, false).optimizer(optimizer).build(backend);
                    Network resumed = perNodeDrop(0.4, false)
                            .optimizer(optimizer)
                            .seed(77)
                            .build(backend)) {
                train(straight, 3);
                backend.vectors().copy(straight.parameterBuffer(), resumed.parameterBuffer());
                straight.moments().forEach((name, moment) -> backend.vectors()
                        .copy(moment, resumed.moments().get(name)));
                resumed.state().setStep(straight.state().step());
                train(straight, 3);
                train(resumed, 3);
                assertArrayEquals(parameters(straight), parameters(resumed), optimizer.toString());
            }
        }
    }
}

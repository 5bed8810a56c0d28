package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.cpu.CpuBackend;

/** Outputs and losses against the reference network, in every mode. */
class NetworkForwardTest {
    private static final int SAMPLES = 7;

    private final Backend backend = new CpuBackend(2);
    private final TestBatch batch = new TestBatch(backend, 11, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);

    static List<LayerCases.Stack> stacks() {
        return LayerCases.all();
    }

    @AfterEach
    void close() {
        batch.close();
        backend.close();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void outputsAreTheReferences(LayerCases.Stack stack) {
        try (Network network = LayerCases.withBiases(LayerCases.builder(stack).build(backend))) {
            network.state().setStep(3);
            network.setFirstSample(5);
            for (Mode mode : Mode.values()) {
                ReferenceNetwork reference = new ReferenceNetwork(network, SAMPLES, mode);
                double[] expected = reference.forward(Numbers.doubles(batch.input));
                double[] actual =
                        Numbers.doubles(backend.memory().download(network.forward(batch.deviceInput, SAMPLES, mode)));
                assertArrayEquals(expected, actual, 2e-5, stack + " " + mode);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void evaluationIsWithoutMasks(LayerCases.Stack stack) {
        double[] x = Numbers.doubles(batch.input);
        try (LossAccumulator totals = backend.memory().newLossAccumulator();
                Network classifier =
                        LayerCases.withBiases(LayerCases.builder(stack).build(backend));
                Network regression = LayerCases.withBiases(
                        LayerCases.builder(stack).loss(Loss.MEAN_SQUARED_ERROR).build(backend))) {
            ReferenceNetwork reference = new ReferenceNetwork(classifier, SAMPLES, Mode.INFERENCE);
            classifier.evaluate(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
            LossTotals entropy = totals.read();
            assertEquals(SAMPLES, entropy.samples());
            assertEquals(reference.crossEntropy(x, batch.labels), entropy.meanLoss(), 2e-5);
            totals.reset();
            regression.evaluate(batch.deviceInput, batch.deviceTargets, SAMPLES, totals);
            double error = reference.squaredError(x, Numbers.doubles(batch.targets));
            assertEquals(error, totals.read().meanLoss(), 2e-5 * (1 + error));
            assertEquals(0, classifier.state().step());
        }
    }
}

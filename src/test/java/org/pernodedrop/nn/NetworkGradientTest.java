package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Numbers;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/**
 * Gradients of every parameter against central differences of the reference network's loss, in double precision and
 * under the same masks.
 */
class NetworkGradientTest {
    private static final int SAMPLES = 7;

    private final Backend backend = new CpuBackend(2);
    private final LossAccumulator totals = backend.memory().newLossAccumulator();
    private final TestBatch batch = new TestBatch(backend, 23, SAMPLES, LayerCases.INPUTS, LayerCases.OUTPUTS);

    static List<LayerCases.Stack> stacks() {
        return LayerCases.all();
    }

    @AfterEach
    void close() {
        batch.close();
        totals.close();
        backend.close();
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void crossEntropy(LayerCases.Stack stack) {
        double[] x = Numbers.doubles(batch.input);
        try (Network network = still(LayerCases.builder(stack))) {
            ReferenceNetwork reference = new ReferenceNetwork(network, SAMPLES, Mode.TRAINING);
            network.step(batch.deviceInput, batch.deviceLabels, SAMPLES, totals);
            check(network, reference, () -> reference.crossEntropy(x, batch.labels));
        }
    }

    private void check(Network network, ReferenceNetwork reference, DoubleSupplier loss) {
        double expected = loss.getAsDouble();
        assertEquals(expected, totals.read().meanLoss(), 2e-5 * (1 + expected));
        GradientCheck.compare(network, reference, loss);
    }

    @ParameterizedTest
    @MethodSource("stacks")
    void meanSquaredError(LayerCases.Stack stack) {
        try (Network network = still(LayerCases.builder(stack).loss(Loss.MEAN_SQUARED_ERROR))) {
            checkSquared(network, batch);
        }
    }

    private void checkSquared(Network network, TestBatch of) {
        double[] x = Numbers.doubles(of.input);
        double[] targets = Numbers.doubles(of.targets);
        ReferenceNetwork reference = new ReferenceNetwork(network, SAMPLES, Mode.TRAINING);
        network.step(of.deviceInput, of.deviceTargets, SAMPLES, totals);
        check(network, reference, () -> reference.squaredError(x, targets));
    }

    /** Inputs {@code [T, I]}, whose positions share a mask, through every layer that takes them. */
    @ParameterizedTest
    @EnumSource(Noise.class)
    void sequences(Noise noise) {
        int positions = 3;
        NetworkBuilder builder = Network.builder()
                .input(positions, 5)
                .seed(31)
                .loss(Loss.MEAN_SQUARED_ERROR)
                .add(PerNodeDropDense.units(7)
                        .noise(noise)
                        .dropRate(0.3)
                        .activation(Activation.TANH)
                        .build())
                .add(Dropout.rate(0.25))
                .add(PerNodeDropDense.units(6)
                        .noise(noise)
                        .strategy(Strategy.MATERIALIZED)
                        .build())
                .add(ActivationLayer.of(Activation.GELU))
                .add(PerNodeDropDense.units(4)
                        .granularity(Granularity.NODE)
                        .fixedMask(true)
                        .activation(Activation.TANH)
                        .build())
                .add(DropConnectDense.units(3).build())
                .add(Dense.units(2).build());
        try (TestBatch rows = new TestBatch(backend, 29, SAMPLES, positions * 5, positions * 2);
                Network network = still(builder)) {
            checkSquared(network, rows);
        }
    }

    // A step at learning rate 0 computes gradients and leaves the parameters.
    private Network still(NetworkBuilder builder) {
        Network network = LayerCases.withBiases(
                builder.optimizer(Sgd.plain()).learningRate(0).build(backend));
        network.state().setStep(4);
        network.setFirstSample(9);
        return network;
    }
}

package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/** The masks that a network hands out, against the definition. */
class ReturnedMaskTest {
    private static final int INPUTS = 13;
    private static final int UNITS = 37;
    private static final int SAMPLES = 3;
    private static final int FIRST = 6;
    private static final int STEP = 4;
    private static final long SEED = 99;

    private final Backend backend = new CpuBackend(2);

    @AfterEach
    void close() {
        backend.close();
    }

    private Network network(Layer layer) {
        Network network = Network.builder()
                .input(INPUTS)
                .seed(SEED)
                .add(Dense.units(INPUTS).build())
                .add(layer)
                .add(Dense.units(2).build())
                .build(backend);
        network.state().setStep(STEP);
        network.setFirstSample(FIRST);
        return network;
    }

    // Samples first .. first + rows - 1 of the mask of layer 1.
    private static float[] defined(Layer layer, int first, int rows, int inputs, int units) {
        Mask mask = Mask.of(layer.drawnMask().orElseThrow(), SEED, 1, STEP);
        float[] values = new float[rows * inputs * units];
        int k = 0;
        for (int b = first; b < first + rows; b++) {
            for (int i = 0; i < inputs; i++) {
                for (int u = 0; u < units; u++) {
                    values[k++] = mask.value(b, i, u);
                }
            }
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    void layersHandOutTheDefinition(Noise noise) {
        for (Granularity granularity : Granularity.values()) {
            int inputs = granularity == Granularity.NODE ? 1 : INPUTS;
            for (boolean fixed : new boolean[] {false, true}) {
                Layer layer = PerNodeDropDense.units(UNITS)
                        .noise(noise)
                        .granularity(granularity)
                        .dropRate(0.3)
                        .fixedMask(fixed)
                        .build();
                try (Network network = network(layer)) {
                    int rows = fixed ? 1 : SAMPLES;
                    float[] expected = defined(layer, fixed ? 0 : FIRST, rows, inputs, UNITS);
                    assertArrayEquals(expected, network.mask(1, SAMPLES), 1e-5f, layer.toString());
                }
            }
        }
    }

    @Test
    void dropConnectHasOneMaskABatch() {
        Layer layer = DropConnectDense.units(UNITS).dropRate(0.4).build();
        try (Network network = network(layer)) {
            assertArrayEquals(defined(layer, 0, 1, INPUTS, UNITS), network.mask(1, SAMPLES));
        }
    }

    @Test
    void dropoutHasAMaskOfItsOutputs() {
        Layer layer = Dropout.rate(0.3);
        try (Network network = network(layer)) {
            assertArrayEquals(defined(layer, FIRST, SAMPLES, 1, INPUTS), network.mask(1, SAMPLES));
        }
    }

    @Test
    void dropRateZeroGivesOnes() {
        float[] ones = new float[SAMPLES * INPUTS * UNITS];
        Arrays.fill(ones, 1f);
        try (Network network = network(PerNodeDropDense.units(UNITS).dropRate(0).build())) {
            assertArrayEquals(ones, network.mask(1, SAMPLES));
        }
    }

    @Test
    void layersAndStepsHaveMasksOfTheirOwn() {
        Layer layer = PerNodeDropDense.units(INPUTS).build();
        try (Network network =
                Network.builder().input(INPUTS).add(layer).add(layer).build(backend)) {
            float[] first = network.mask(0, SAMPLES);
            assertFalse(Arrays.equals(first, network.mask(1, SAMPLES)));
            network.state().setStep(1);
            assertFalse(Arrays.equals(first, network.mask(0, SAMPLES)));
        }
    }

    @Test
    void impossibleAndAbsurdRequestsAreRefused() {
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
        Layer layer = new PerNodeDropDense(Dense.units(UNITS).build(), spec, Strategy.AUTO);
        try (Network network = network(layer)) {
            Refusal.says(
                    IllegalArgumentException.class,
                    "the layer never has a mask: layer=0 (Dense)",
                    () -> network.mask(0, 1));
            Refusal.contains(IllegalArgumentException.class, "67108864 elements", () -> network.mask(1, 1_000_000));
            assertThrows(IllegalArgumentException.class, () -> network.mask(1, 0));
            assertThrows(IndexOutOfBoundsException.class, () -> network.mask(3, 1));
        }
    }
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.pernodedrop.Refusal;

/** {@link Mask} against {@link ReferenceMask}. */
class MaskTest {
    private static final long SEED = 0x0123456789ABCDEFL;
    private static final int LAYER = 2;
    private static final int STEP = 77;

    static List<MaskSpec> specs() {
        List<MaskSpec> specs = new ArrayList<>();
        for (Noise noise : Noise.values()) {
            for (Granularity granularity : Granularity.values()) {
                for (double p : new double[] {0, 0.001, 0.1, 0.25, 0.3, 0.5, 0.7, 0.9}) {
                    specs.add(new MaskSpec(noise, granularity, DropRate.of(p), false));
                    specs.add(new MaskSpec(noise, granularity, DropRate.of(p), true));
                }
            }
        }
        return specs;
    }

    @ParameterizedTest
    @MethodSource("specs")
    void valuesAreThoseOfTheDefinition(MaskSpec spec) {
        int[][] shapes = {{1, 1, 1}, {3, 13, 13}, {2, 5, 207}};
        for (int[] shape : shapes) {
            for (int b = 0; b < shape[0]; b++) {
                for (int i = 0; i < shape[1]; i++) {
                    for (int u = 0; u < shape[2]; u++) {
                        assertDefined(spec, SEED, LAYER, STEP, b, i, u);
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void valuesAreThoseOfTheDefinitionAtTheEndsOfTheCounterMap(Noise noise) {
        MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, 0.3);
        int[] ends = {0, 1, 3, 4, Integer.MAX_VALUE, Integer.MIN_VALUE, -2, -1};
        for (long seed : new long[] {0, 1L << 32, -1, Long.MIN_VALUE}) {
            for (int layer : new int[] {0, Integer.MAX_VALUE}) {
                for (int step : new int[] {0, 1, Integer.MIN_VALUE, -2}) {
                    for (int b : ends) {
                        for (int i : ends) {
                            for (int u : new int[] {0, 31, 32, Integer.MAX_VALUE}) {
                                assertDefined(spec, seed, layer, step, b, i, u);
                            }
                        }
                    }
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void keptBitsAreThoseOfTheDefinition(MaskSpec spec) {
        Mask mask = Mask.of(spec, SEED, LAYER, STEP);
        long step = spec.fixed() ? 0 : STEP;
        for (int b = 0; b < 3; b++) {
            for (int i = 0; i < 9; i++) {
                for (int block : new int[] {0, 1, (1 << 26) - 1}) {
                    long sample = spec.fixed() ? 0 : b;
                    long input = spec.granularity() == Granularity.NODE ? 0 : i;
                    int expected = spec.isIdentity()
                            ? -1
                            : ReferenceMask.keptBits(spec.rate(), SEED, LAYER, step, sample, input, block);
                    assertEquals(expected, mask.keptBits(b, i, block));
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("specs")
    void normalsAreThoseOfTheDefinition(MaskSpec spec) {
        Mask mask = Mask.of(spec, SEED, LAYER, STEP);
        long step = spec.fixed() ? 0 : STEP;
        for (int b = 0; b < 3; b++) {
            for (int i = 0; i < 9; i++) {
                for (int u : new int[] {0, 1, 207, Integer.MAX_VALUE}) {
                    long sample = spec.fixed() ? 0 : b;
                    long input = spec.granularity() == Granularity.NODE ? 0 : i;
                    double expected = ReferenceMask.normal(SEED, LAYER, step, sample, input, u);
                    assertEquals(expected, mask.normal(b, i, u), 1e-5);
                }
            }
        }
    }

    @Test
    void nodeMasksAreConnectionMasksAtInputZero() {
        for (Noise noise : Noise.values()) {
            Mask node = Mask.of(MaskSpec.of(noise, Granularity.NODE, 0.3), SEED, LAYER, STEP);
            Mask connection = Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), SEED, LAYER, STEP);
            for (int i : new int[] {0, 1, 6, -1}) {
                for (int u = 0; u < 207; u++) {
                    assertEquals(connection.value(4, 0, u), node.value(4, i, u));
                }
            }
        }
    }

    @Test
    void fixedMasksAreThoseOfSampleZeroAndStepZero() {
        for (Noise noise : Noise.values()) {
            MaskSpec fixed = new MaskSpec(noise, Granularity.CONNECTION, DropRate.of(0.3), true);
            Mask first = Mask.of(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), SEED, LAYER, 0);
            for (int step : new int[] {0, 1, -2}) {
                Mask mask = Mask.of(fixed, SEED, LAYER, step);
                for (int b : new int[] {0, 5, -1}) {
                    for (int u = 0; u < 207; u++) {
                        assertEquals(first.value(0, 3, u), mask.value(b, 3, u));
                    }
                }
            }
        }
    }

    @Test
    void valuesDoNotDependOnThreads() {
        Mask mask = Mask.of(MaskSpec.of(Noise.PARTIAL_GAUSSIAN, Granularity.CONNECTION, 0.4), SEED, LAYER, STEP);
        int size = 50_000;
        double[] alone = new double[size];
        for (int j = size - 1; j >= 0; j--) {
            alone[j] = mask.value(j / 2500, j / 50 % 50, j % 50);
        }
        double[] together = IntStream.range(0, size)
                .parallel()
                .mapToDouble(j -> mask.value(j / 2500, j / 50 % 50, j % 50))
                .toArray();
        assertArrayEquals(alone, together);
    }

    @Test
    void refusesPositionsBeyondTheCounterMap() {
        Mask mask = Mask.of(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3), SEED, LAYER, STEP);
        assertRefused("layer must be at least 0: layer=-1", () -> LayerKey.of(1, -1));
        assertRefused("output must be at least 0: output=-1", () -> mask.value(0, 0, -1));
        assertRefused("output must be at least 0: output=-2147483648", () -> mask.normal(0, 0, Integer.MIN_VALUE));
        assertRefused("block must be in [0, 2^26): block=-1", () -> mask.keptBits(0, 0, -1));
        assertRefused("block must be in [0, 2^26): block=67108864", () -> mask.keptBits(0, 0, 1 << 26));
        assertRefused(
                "step must be below 2^32 - 1: step=4294967295", () -> Mask.of(mask.spec(), SEED, LAYER, 0xFFFFFFFF));
    }

    @Test
    void specsTellTheirMoments() {
        MaskSpec bernoulli = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3);
        assertEquals(19.0 / 64, bernoulli.effectiveDropRate());
        assertEquals(19.0 / 45, bernoulli.variance(), 1e-15);
        MaskSpec gaussian = MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.3);
        assertEquals(0.3, gaussian.effectiveDropRate());
        assertEquals(0.3 / 0.7, gaussian.variance(), 1e-15);
        MaskSpec partial = MaskSpec.of(Noise.PARTIAL_GAUSSIAN, Granularity.CONNECTION, 0.3);
        assertEquals(19.0 / 64, partial.effectiveDropRate());
        assertEquals(19.0 / 64 * 0.3 / 0.7, partial.variance(), 1e-15);
    }

    // All but the seed are unsigned.
    private static void assertDefined(MaskSpec spec, long seed, int layer, int step, int b, int i, int u) {
        float value = Mask.of(spec, seed, layer, step).value(b, i, u);
        ReferenceMask.assertValue(spec, seed, layer, unsigned(step), unsigned(b), unsigned(i), u, value);
    }

    private static long unsigned(int value) {
        return Integer.toUnsignedLong(value);
    }

    private static void assertRefused(String message, Executable action) {
        Refusal.says(IllegalArgumentException.class, message, action);
    }

    @Test
    void keysEqualTheDefinition() {
        Random random = new Random(1);
        for (int trial = 0; trial < 1000; trial++) {
            long seed = random.nextLong();
            int layer = trial % 2 == 0 ? trial : random.nextInt() >>> 1;
            long[] key = ReferenceMask.layerKey(seed, layer);
            assertEquals(new LayerKey((int) key[0], (int) key[1]), LayerKey.of(seed, layer));
        }
    }

    @Test
    void keysDifferBetweenLayersAndBothHalvesOfTheSeed() {
        Set<LayerKey> keys = new HashSet<>();
        for (int layer = 0; layer < 10; layer++) {
            for (long seed = 0; seed < 10; seed++) {
                keys.add(LayerKey.of(seed, layer));
                keys.add(LayerKey.of(seed << 32 | 99, layer));
            }
        }
        assertEquals(200, keys.size());
    }

    @Property(seed = "1", edgeCases = EdgeCasesMode.NONE)
    void valuesAreThoseOfTheDefinitionAnywhere(
            @ForAll long seed,
            @ForAll @IntRange(min = 0) int layer,
            @ForAll @IntRange(min = 0) int step,
            @ForAll int sample,
            @ForAll int input,
            @ForAll @IntRange(min = 0) int output,
            @ForAll Noise noise,
            @ForAll @DoubleRange(min = 0.01, max = 0.99) double p) {
        for (int at : new int[] {step, -2 - step}) {
            MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, p);
            assertDefined(spec, seed, layer, at, sample, input, output);
        }
    }
}

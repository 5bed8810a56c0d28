package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Rates, moments and independence of drawn values, within bounds that follow from the sample size. */
class MaskDistributionTest {
    private static final long SEED = 20_251_216L;
    private static final int SAMPLES = 20;
    private static final int INPUTS = 24;
    private static final int OUTPUTS = 207;
    private static final int SIZE = SAMPLES * INPUTS * OUTPUTS;

    /** A position moved by one step along each coordinate that a value depends on. */
    private record Shift(long seed, int layer, int step, int sample, int input, int output) {}

    private static final Shift ORIGIN = new Shift(0, 0, 0, 0, 0, 0);

    private static final Map<String, Shift> SHIFTS = Map.of(
            "seed", new Shift(1, 0, 0, 0, 0, 0),
            "high half of seed", new Shift(1L << 32, 0, 0, 0, 0, 0),
            "layer", new Shift(0, 1, 0, 0, 0, 0),
            "step", new Shift(0, 0, 1, 0, 0, 0),
            "sample", new Shift(0, 0, 0, 1, 0, 0),
            "input", new Shift(0, 0, 0, 0, 1, 0),
            "two inputs on", new Shift(0, 0, 0, 0, 2, 0),
            "counter of inputs", new Shift(0, 0, 0, 0, 4, 0),
            "output", new Shift(0, 0, 0, 0, 0, 1),
            "word of outputs", new Shift(0, 0, 0, 0, 0, 32));

    @ParameterizedTest
    @ValueSource(doubles = {0.1, 0.5, 0.8})
    void gaussianHasTheMomentsOfItsNormal(double p) {
        float[] values = draw(spec(Noise.GAUSSIAN, p), ORIGIN);
        double variance = p / (1 - p);
        assertMoment(values, m -> m, 1, variance);
        assertMoment(values, m -> (m - 1) * (m - 1), variance, 2 * variance * variance);
        // Third and fourth powers of a normal: means 0 and 3, variances 15 and 96.
        double sigma = Math.sqrt(variance);
        assertMoment(values, m -> Math.pow((m - 1) / sigma, 3), 0, 15);
        assertMoment(values, m -> Math.pow((m - 1) / sigma, 4), 3, 96);
    }

    @ParameterizedTest
    @EnumSource
    void neighboursAlongEveryCoordinateAreIndependent(Noise noise) {
        for (double p : new double[] {0.3, 0.5}) {
            MaskSpec spec = spec(noise, p);
            float[] here = draw(spec, ORIGIN);
            SHIFTS.forEach((name, shift) -> {
                float[] there = draw(spec, shift);
                assertUncorrelated(name, here, there, (a, b) -> (a - 1) * (b - 1) / spec.variance());
            });
        }
    }

    /**
     * The two normals of a pair share their radius and differ only in the angle; their squares must nevertheless be
     * independent.
     */
    @Test
    void squaresOfNeighbouringNormalsAreIndependent() {
        MaskSpec spec = spec(Noise.GAUSSIAN, 0.5);
        float[] here = draw(spec, ORIGIN);
        for (String name : List.of("input", "two inputs on", "output", "sample")) {
            float[] there = draw(spec, SHIFTS.get(name));
            // (z^2 - 1) has variance 2.
            assertUncorrelated(name, here, there, (a, b) -> (square(a) - 1) * (square(b) - 1) / 2);
        }
    }

    /** The bits and the normals of one connection, which a partial Gaussian mask combines. */
    @Test
    void bitsAndNormalsAreIndependent() {
        float[] bits = draw(spec(Noise.BERNOULLI, 0.5), ORIGIN);
        float[] normals = draw(spec(Noise.GAUSSIAN, 0.5), ORIGIN);
        assertUncorrelated("bits and normals", bits, normals, (a, b) -> (a - 1) * (b - 1));
    }

    @Test
    void neighbouringWordsFillAllBytesAlike() {
        Mask mask = Mask.of(spec(Noise.BERNOULLI, 0.5), SEED, 0, 0);
        int[] counts = new int[256];
        for (int b = 0; b < 20; b++) {
            for (int i = 0; i < 40; i++) {
                for (int block = 0; block < 20; block++) {
                    int word = mask.keptBits(b, i, block);
                    for (int shift = 0; shift < 32; shift += 8) {
                        counts[word >>> shift & 0xFF]++;
                    }
                }
            }
        }
        assertChiSquare("counts", counts);
    }

    /** The bits of one connection in four planes at a time, as numbers from 0 to 15. */
    @ParameterizedTest
    @ValueSource(ints = {0, 4, 8, 12})
    void planesAreIndependent(int firstPlane) {
        LayerKey key = LayerKey.of(SEED, 0);
        int[] counts = new int[16];
        int[][] words = new int[4][4];
        for (int trial = 0; trial < 1000; trial++) {
            for (int plane = 0; plane < 4; plane++) {
                int x = trial % 7 | firstPlane + plane << Mask.PLANE_SHIFT;
                Philox.generate(x, 0, trial, 0, key.k0(), key.k1(), words[plane], 0);
            }
            for (int j = 0; j < 128; j++) {
                int nibble = 0;
                for (int[] plane : words) {
                    nibble = nibble << 1 | plane[j >> 5] >>> (j & 31) & 1;
                }
                counts[nibble]++;
            }
        }
        assertChiSquare("counts", counts);
    }

    /** Contingency tables of a bit and its neighbour along each coordinate, against equal probabilities. */
    @Test
    void pairsOfBitsAreEquallyLikely() {
        MaskSpec spec = spec(Noise.BERNOULLI, 0.5);
        float[] here = draw(spec, ORIGIN);
        SHIFTS.forEach((name, shift) -> {
            float[] there = draw(spec, shift);
            // Distinct pairs only, so that counts are independent: every second output.
            int[] counts = new int[4];
            for (int j = 0; j < SIZE; j += 2) {
                counts[(here[j] != 0 ? 2 : 0) + (there[j] != 0 ? 1 : 0)]++;
            }
            assertChiSquare(name, counts);
        });
    }

    @Test
    void normalsOfEveryLaneFollowTheNormalDistribution() {
        int n = 50_000;
        Mask mask = Mask.of(spec(Noise.GAUSSIAN, 0.5), SEED, 0, 0);
        for (int lane = 0; lane < 4; lane++) {
            double[] normals = new double[n];
            for (int j = 0; j < n; j++) {
                normals[j] = mask.normal(j / 1000, lane + 4 * (j / 100 % 10), j % 100);
            }
            Arrays.sort(normals);
            double distance = 0;
            for (int j = 0; j < n; j++) {
                double expected = Bounds.normalDistribution(normals[j]);
                distance = Math.max(distance, Math.max(expected - (double) j / n, (j + 1.0) / n - expected));
            }
            double bound = Bounds.kolmogorovSmirnov(n);
            assertTrue(distance < bound, "lane " + lane + ": distance " + distance + ", bound " + bound);
        }
    }

    private static MaskSpec spec(Noise noise, double p) {
        return MaskSpec.of(noise, Granularity.CONNECTION, p);
    }

    private static float[] draw(MaskSpec spec, Shift shift) {
        Mask mask = Mask.of(spec, SEED + shift.seed, 3 + shift.layer, 5 + shift.step);
        float[] values = new float[SIZE];
        int j = 0;
        for (int b = 0; b < SAMPLES; b++) {
            for (int i = 0; i < INPUTS; i++) {
                for (int u = 0; u < OUTPUTS; u++) {
                    values[j++] = mask.value(b + shift.sample, i + shift.input, u + shift.output);
                }
            }
        }
        return values;
    }

    private static double square(double m) {
        return (m - 1) * (m - 1);
    }

    private static void assertMoment(float[] values, DoubleUnaryOperator power, double mean, double variance) {
        double sum = 0;
        for (float value : values) {
            sum += power.applyAsDouble(value);
        }
        assertEquals(mean, sum / values.length, Bounds.SIGMAS * Math.sqrt(variance / values.length));
    }

    // Products of independent standardised values have mean 0 and variance 1.
    private static void assertUncorrelated(String name, float[] a, float[] b, DoubleBinaryOperator product) {
        double sum = 0;
        for (int j = 0; j < a.length; j++) {
            sum += product.applyAsDouble(a[j], b[j]);
        }
        double correlation = sum / a.length;
        double bound = Bounds.SIGMAS / Math.sqrt(a.length);
        assertTrue(Math.abs(correlation) < bound, () -> name + ": correlation " + correlation + ", bound " + bound);
    }

    private static void assertChiSquare(String name, int[] counts) {
        double chiSquare = Bounds.chiSquare(counts);
        double bound = Bounds.chiSquare(counts.length - 1);
        assertTrue(chiSquare < bound, () -> name + ": chi-square " + chiSquare + ", bound " + bound);
    }
}

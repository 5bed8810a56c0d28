package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class MaskStatisticsTest {
    static List<MaskSpec> specs() {
        return Stream.of(Noise.values())
                .flatMap(noise -> Stream.of(0.0, 0.02, 0.1, 0.25, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95)
                        .map(p -> spec(noise, p)))
                .toList();
    }

    @Test
    void fourValuesByHand() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.BERNOULLI, 0.5));
        statistics.add(new float[] {9, 2, 0, 2, 9}, 1, 3);
        statistics.add(2);
        assertEquals(4, statistics.count());
        assertEquals(new MaskStatistics.Estimate(1.5, 1, 0.5), statistics.mean());
        assertEquals(1, statistics.mean().zScore());
        assertEquals(new MaskStatistics.Estimate(1, 1, 0), statistics.variance());
        assertEquals(0, statistics.variance().zScore());
        assertEquals(new MaskStatistics.Estimate(0.25, 0.5, 0.25), statistics.perturbedShare());
        assertEquals(-1, statistics.perturbedShare().zScore());
        assertTrue(statistics.withinSigmas(1));
        assertFalse(statistics.withinSigmas(0.99));
    }

    @Test
    void bernoulliErrorsComeFromItsTwoValues() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.BERNOULLI, 0.3));
        statistics.add(0f);
        double q = 45.0 / 64;
        double p = 1 - q;
        double fourthMoment = q * Math.pow(p / q, 4) + p;
        assertEquals(1, statistics.mean().expected(), 1e-7);
        assertEquals(p / q, statistics.variance().expected(), 1e-7);
        assertEquals(
                Math.sqrt(fourthMoment - p / q * (p / q)), statistics.variance().standardError(), 1e-6);
        assertEquals(p, statistics.perturbedShare().expected());
        assertEquals(Math.sqrt(p * q), statistics.perturbedShare().standardError(), 1e-12);
    }

    @Test
    void gaussianErrorsComeFromFourthMomentsOfThreeSigmas() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.GAUSSIAN, 0.5));
        statistics.add(new float[] {1, 1.5f}, 0, 2);
        assertEquals(new MaskStatistics.Estimate(1.25, 1, Math.sqrt(0.5)), statistics.mean());
        assertEquals(new MaskStatistics.Estimate(0.125, 1, 1), statistics.variance());
        assertEquals(new MaskStatistics.Estimate(1, 1, 0), statistics.perturbedShare());
    }

    @Test
    void partialGaussianErrorsAreThoseOfItsMixture() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.PARTIAL_GAUSSIAN, 0.5));
        statistics.add(1f);
        // Half of the values have sigma 1: fourth moment 3/2, variance 1/2.
        assertEquals(new MaskStatistics.Estimate(1, 1, Math.sqrt(0.5)), statistics.mean());
        assertEquals(new MaskStatistics.Estimate(0, 0.5, Math.sqrt(1.25)), statistics.variance());
        assertEquals(new MaskStatistics.Estimate(0, 0.5, 0.5), statistics.perturbedShare());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void expectationsAreThoseOfTheSpec(MaskSpec spec) {
        MaskStatistics statistics = new MaskStatistics(spec);
        assertEquals(1, statistics.mean().expected(), 1e-7);
        assertEquals(spec.variance(), statistics.variance().expected(), 1e-6 * spec.variance());
    }

    @ParameterizedTest
    @MethodSource("specs")
    void acceptsTheMaskItself(MaskSpec spec) {
        MaskStatistics statistics = drawn(spec, spec, 1, 50_000);
        assertTrue(statistics.withinSigmas(Bounds.SIGMAS), () -> describe(statistics));
    }

    @ParameterizedTest
    @EnumSource
    void refusesMasksOfAnotherRate(Noise noise) {
        for (double p : new double[] {0, 0.25, 0.35}) {
            MaskStatistics statistics = drawn(spec(noise, 0.3), spec(noise, p), 1, 50_000);
            assertFalse(statistics.withinSigmas(Bounds.SIGMAS), () -> describe(statistics));
        }
    }

    @Test
    void refusesMasksThatAreNotScaled() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.BERNOULLI, 0.5));
        for (int j = 0; j < 1000; j++) {
            statistics.add(j % 2);
        }
        assertFalse(statistics.withinSigmas(Bounds.SIGMAS), () -> describe(statistics));
    }

    /**
     * Over many seeds the squares of the z-scores must sum to about the number of seeds if the standard errors are
     * right.
     */
    @ParameterizedTest
    @EnumSource
    void standardErrorsAreCalibrated(Noise noise) {
        MaskSpec spec = spec(noise, 0.3);
        int seeds = 200;
        double mean = 0;
        double variance = 0;
        double share = 0;
        for (int seed = 0; seed < seeds; seed++) {
            MaskStatistics statistics = drawn(spec, spec, seed, 1000);
            mean += Math.pow(statistics.mean().zScore(), 2);
            variance += Math.pow(statistics.variance().zScore(), 2);
            share += Math.pow(statistics.perturbedShare().zScore(), 2);
        }
        double bound = Bounds.SIGMAS * Math.sqrt(2.0 * seeds);
        assertEquals(seeds, mean, bound);
        assertEquals(seeds, variance, bound);
        assertEquals(noise == Noise.GAUSSIAN ? 0 : seeds, share, bound);
    }

    @Test
    void staysExactOverMillionsOfValues() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.GAUSSIAN, 0.3));
        float[] pair = {1.25f, 0.8125f};
        for (int j = 0; j < 1_000_000; j++) {
            statistics.add(pair, 0, 2);
        }
        assertEquals(2_000_000, statistics.count());
        assertEquals(1.03125, statistics.mean().value());
        assertEquals((0.0625 + 0.03515625) / 2, statistics.variance().value());
    }

    @Test
    void nothingSeenIsNothingProved() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.BERNOULLI, 0.5));
        assertEquals(0, statistics.count());
        assertTrue(Double.isNaN(statistics.mean().value()));
        assertFalse(statistics.withinSigmas(Bounds.SIGMAS));
    }

    @Test
    void refusesPartsOutsideTheArray() {
        MaskStatistics statistics = new MaskStatistics(spec(Noise.BERNOULLI, 0.5));
        assertThrows(IndexOutOfBoundsException.class, () -> statistics.add(new float[3], 2, 2));
        assertEquals(0, statistics.count());
    }

    private static MaskStatistics drawn(MaskSpec expected, MaskSpec drawn, long seed, int count) {
        MaskStatistics statistics = new MaskStatistics(expected);
        Mask mask = Mask.of(drawn, seed, 0, 0);
        for (int j = 0; j < count; j++) {
            statistics.add(mask.value(j / 1000, j / 100 % 10, j % 100));
        }
        return statistics;
    }

    private static MaskSpec spec(Noise noise, double p) {
        return MaskSpec.of(noise, Granularity.CONNECTION, p);
    }

    private static String describe(MaskStatistics statistics) {
        return statistics.mean() + " " + statistics.variance() + " " + statistics.perturbedShare();
    }
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;

class DropRateTest {
    @ParameterizedTest
    @CsvSource({"0.5, 1, 1", "0.25, 2, 3", "0.4, 5, 19", "0.3, 6, 45", "0.2, 6, 51", "0.7, 6, 19", "0.1, 7, 115"})
    void needsAsManyPlanesAsTheDefinitionSays(double dropRate, int planes, int threshold) {
        DropRate rate = DropRate.of(dropRate);
        assertEquals(new DropRate(dropRate, planes, threshold), rate);
        assertEquals((double) threshold / (1 << planes), rate.keepProbability());
        assertEquals(1 - (double) threshold / (1 << planes), rate.effective());
        assertEquals((float) ((double) (1 << planes) / threshold), rate.scale());
        assertEquals(Math.sqrt(dropRate / (1 - dropRate)), rate.sigma(), 1e-6);
        assertFalse(rate.isZero());
    }

    @Test
    void zeroMeansNoMask() {
        DropRate rate = DropRate.of(0);
        assertTrue(rate.isZero());
        assertEquals(0, rate.planes());
        assertEquals(0, rate.effective());
        assertEquals(1, rate.keepProbability());
        assertEquals(1f, rate.scale());
        assertEquals(0f, rate.sigma());
    }

    @ParameterizedTest
    @ValueSource(doubles = {-1e-300, -0.5, 1, 1.2, Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY})
    void refusesWhatIsNoDropRate(double dropRate) {
        String rule = "dropRate must be in [0, 1): dropRate=" + dropRate;
        Refusal.says(IllegalArgumentException.class, rule, () -> DropRate.of(dropRate));
        Refusal.says(IllegalArgumentException.class, rule, () -> DropRate.of(dropRate, Noise.GAUSSIAN));
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-9, 7e-6, 1 - 7e-6, 1 - 0x1p-53})
    void refusesWhatSixteenPlanesCannotMeet(double dropRate) {
        Refusal.says(
                IllegalArgumentException.class,
                "dropRate cannot be met within a tolerance of 0.02 by 16 binary digits; use 0, a rate further from 0 and"
                        + " 1, or a larger tolerance: dropRate=" + dropRate,
                () -> DropRate.of(dropRate));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0x1p-48, 1e-9, 7e-6, 1 - 7e-6, 1 - 1e-9, 1 - 0x1p-53})
    void gaussianNoiseTakesWhatNoPlanesMeet(double dropRate) {
        DropRate rate = DropRate.of(dropRate, Noise.GAUSSIAN);
        assertEquals(new DropRate(dropRate, 0, 0), rate);
        assertFalse(rate.isZero());
        assertEquals(dropRate, rate.effective());
        assertEquals(1 - dropRate, rate.keepProbability());
        assertEquals((float) Math.sqrt(dropRate / (1 - dropRate)), rate.sigma());
        assertEquals((float) (1 / (1 - dropRate)), rate.scale());
        MaskSpec spec = MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, dropRate);
        assertFalse(spec.isIdentity());
        assertEquals(dropRate, spec.effectiveDropRate());
        assertEquals(dropRate / (1 - dropRate), spec.variance());
        Mask mask = Mask.of(spec, 5, 0, 3);
        float[] values = new float[64];
        for (int u = 0; u < values.length; u++) {
            values[u] = mask.value(1, 2, u);
            assertEquals(Math.fma(rate.sigma(), mask.normal(1, 2, u), 1f), values[u]);
        }
        assertTrue(values[0] != values[1] || values[1] != values[2], "they differ");
        for (Noise noise : new Noise[] {Noise.BERNOULLI, Noise.PARTIAL_GAUSSIAN}) {
            assertThrows(IllegalArgumentException.class, () -> DropRate.of(dropRate, noise));
            assertThrows(IllegalArgumentException.class, () -> MaskSpec.of(noise, Granularity.NODE, dropRate));
            Refusal.contains(
                    IllegalArgumentException.class,
                    "cannot be met",
                    () -> new MaskSpec(noise, Granularity.NODE, rate, false));
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-300, 1e-20, 0x0.fffffffffffffp-48})
    void gaussianNoiseThatWouldRoundToNothingIsRefused(double dropRate) {
        String said = Refusal.message(IllegalArgumentException.class, () -> DropRate.of(dropRate, Noise.GAUSSIAN));
        assertTrue(said.startsWith("dropRate of gaussian noise must be 0 or at least 2^-48"), said);
        assertTrue(said.endsWith("dropRate=" + dropRate), said);
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, 0x1p-16, 0.1, 0.3, 0.5, 0.999})
    void ratesThatPlanesMeetAreTheSameForAllNoise(double dropRate) {
        for (Noise noise : Noise.values()) {
            assertEquals(DropRate.of(dropRate), DropRate.of(dropRate, noise));
        }
    }

    @Test
    void sixteenPlanesReachTheirSmallestFraction() {
        assertEquals(new DropRate(0x1p-16, 16, 65535), DropRate.of(0x1p-16));
        assertEquals(new DropRate(1 - 0x1p-16, 16, 1), DropRate.of(1 - 0x1p-16));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesImpossibleTolerances(double tolerance) {
        Refusal.says(
                IllegalArgumentException.class,
                "tolerance must be in (0, 1): tolerance=" + tolerance,
                () -> DropRate.of(0.3, tolerance));
    }

    @ParameterizedTest
    @CsvSource({
        "0.5, 0, 1",
        "0, 1, 1",
        "0.5, -1, 1",
        "0.5, 17, 65536",
        "0.5, 2, 1",
        "0.5, 1, 0",
        "0.9, 1, 0",
        "0.1, 1, 2",
        "0, 0, 0",
        "0.3, 6, 44"
    })
    void refusesPartsThatDoNotBelongTogether(double dropRate, int planes, int threshold) {
        Refusal.contains(
                IllegalArgumentException.class, "use DropRate.of", () -> new DropRate(dropRate, planes, threshold));
    }

    private static final BigDecimal HALF = new BigDecimal("0.5");

    @Property(seed = "1")
    void takesTheFewestPlanesThatMeetTheTolerance(
            @ForAll @DoubleRange(min = 0.0001, max = 0.9999) @Scale(6) double p,
            @ForAll @DoubleRange(min = 0.003, max = 0.3) @Scale(5) double tolerance) {
        int planes = 1;
        while (planes <= 16 && !meets(p, planes, tolerance)) {
            planes++;
        }
        if (planes <= 16) {
            DropRate rate = DropRate.of(p, tolerance);
            assertEquals(planes, rate.planes());
            assertEquals(threshold(p, planes).intValueExact(), rate.threshold());
            assertEquals(p, rate.requested());
        } else {
            assertThrows(IllegalArgumentException.class, () -> DropRate.of(p, tolerance));
        }
    }

    @Property(seed = "2")
    void staysWithinToleranceAndBounds(@ForAll @DoubleRange(min = 0.001, max = 0.999) @Scale(9) double p) {
        DropRate rate = DropRate.of(p);
        assertTrue(Math.abs(rate.effective() - p) <= 0.02 * Math.min(p, 1 - p) + 1e-15);
        assertTrue(rate.planes() >= 1 && rate.planes() <= DropRate.MAX_PLANES);
        assertTrue(rate.threshold() > 0 && rate.threshold() < 1 << rate.planes());
        assertEquals(1, rate.keepProbability() + rate.effective());
        assertEquals(1, rate.scale() * rate.keepProbability(), 0x1p-23);
    }

    @Property(seed = "3")
    void digitsRebuildTheThreshold(@ForAll @DoubleRange(min = 0.001, max = 0.999) @Scale(9) double p) {
        DropRate rate = DropRate.of(p);
        double keep = 0;
        for (int k = 0; k < rate.planes(); k++) {
            keep += rate.digit(k) ? Math.scalb(1.0, -k - 1) : 0;
        }
        assertEquals(rate.keepProbability(), keep);
        assertTrue(rate.digit(rate.planes() - 1), "the last digit of the fewest is 1");
    }

    private static BigDecimal threshold(double p, int planes) {
        BigDecimal scaled = BigDecimal.ONE.subtract(new BigDecimal(p)).multiply(BigDecimal.valueOf(1L << planes));
        return scaled.add(HALF).setScale(0, RoundingMode.FLOOR);
    }

    private static boolean meets(double p, int planes, double tolerance) {
        BigDecimal size = BigDecimal.valueOf(1L << planes);
        BigDecimal threshold = threshold(p, planes);
        if (threshold.signum() <= 0 || threshold.compareTo(size) >= 0) {
            return false;
        }
        BigDecimal drop = new BigDecimal(p);
        BigDecimal smaller = drop.min(BigDecimal.ONE.subtract(drop));
        BigDecimal effective = BigDecimal.ONE.subtract(threshold.divide(size));
        return effective.subtract(drop).abs().compareTo(new BigDecimal(tolerance).multiply(smaller)) <= 0;
    }
}

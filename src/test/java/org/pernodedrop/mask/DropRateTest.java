package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DropRate.of(dropRate));
        assertEquals("dropRate must be in [0, 1): dropRate=" + dropRate, e.getMessage());
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-9, 7e-6, 1 - 7e-6, 1 - 0x1p-53})
    void refusesWhatSixteenPlanesCannotMeet(double dropRate) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DropRate.of(dropRate));
        assertEquals(
                "dropRate cannot be met within a tolerance of 0.02 by 16 binary digits; use 0, a rate further from 0 and"
                        + " 1, or a larger tolerance: dropRate=" + dropRate,
                e.getMessage());
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
            String said = assertThrows(
                            IllegalArgumentException.class, () -> new MaskSpec(noise, Granularity.NODE, rate, false))
                    .getMessage();
            assertTrue(said.contains("cannot be met"), said);
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.MIN_VALUE, 1e-300, 1e-20, 0x0.fffffffffffffp-48})
    void gaussianNoiseThatWouldRoundToNothingIsRefused(double dropRate) {
        String said = assertThrows(IllegalArgumentException.class, () -> DropRate.of(dropRate, Noise.GAUSSIAN))
                .getMessage();
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

    @ParameterizedTest
    @ValueSource(doubles = {-1e-300, 1, Double.NaN})
    void gaussianNoiseRefusesWhatIsNoDropRate(double dropRate) {
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> DropRate.of(dropRate, Noise.GAUSSIAN));
        assertEquals("dropRate must be in [0, 1): dropRate=" + dropRate, e.getMessage());
    }

    @Test
    void sixteenPlanesReachTheirSmallestFraction() {
        assertEquals(new DropRate(0x1p-16, 16, 65535), DropRate.of(0x1p-16));
        assertEquals(new DropRate(1 - 0x1p-16, 16, 1), DropRate.of(1 - 0x1p-16));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1, Double.NaN, Double.POSITIVE_INFINITY})
    void refusesImpossibleTolerances(double tolerance) {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> DropRate.of(0.3, tolerance));
        assertEquals("tolerance must be in (0, 1): tolerance=" + tolerance, e.getMessage());
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
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> new DropRate(dropRate, planes, threshold));
        assertTrue(e.getMessage().contains("use DropRate.of"), e.getMessage());
    }
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigDecimal;
import java.math.RoundingMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.Scale;

/** The quantisation against exact decimal arithmetic. */
class DropRateLawsTest {
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

package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.pernodedrop.kernels.Precision;

/** The rounding of factors, by arithmetic on doubles: independent of the library's, which cuts bits. */
public final class ReferenceRounding {
    private static final int BF16_BITS = 8;
    /** Exponent of the smallest bf16 above 0. */
    private static final int LEAST_EXPONENT = -133;

    private ReferenceRounding() {}

    /** The values that a product multiplies in the place of these. */
    public static double[] of(Precision precision, float[] values) {
        double[] rounded = Numbers.doubles(values);
        for (int k = 0; k < rounded.length; k++) {
            rounded[k] = switch (precision) {
                case FP32, TF32 -> rounded[k];
                case BF16 -> bf16(rounded[k]);
                case BF16X2 -> twoTerms(rounded[k]);
            };
        }
        return rounded;
    }

    /**
     * Asserts that products of these values, which are not finite or large, and of a number that is as it is, are those of
     * their rounded values.
     */
    static void assertSpecial(Precision precision, float[] values, double times, float[] actual) {
        double[] rounded = of(precision, values);
        for (int k = 0; k < values.length; k++) {
            assertEquals((float) (times * rounded[k]), actual[k], times + " x " + values[k]);
        }
    }

    /** To the nearest multiple of the last place that 8 bits have, ties to even. */
    public static double bf16(double value) {
        if (value == 0 || Double.isNaN(value) || Double.isInfinite(value)) {
            return value;
        }
        int unit = Math.max(Math.getExponent(value) - (BF16_BITS - 1), LEAST_EXPONENT);
        double nearest = Math.scalb(Math.rint(Math.scalb(value, -unit)), unit);
        return Math.abs(nearest) < 0x1p128 ? nearest : Math.copySign(Double.POSITIVE_INFINITY, value);
    }

    public static double twoTerms(double value) {
        double high = bf16(value);
        return Math.abs(high) <= Float.MAX_VALUE ? high + bf16(value - high) : high;
    }
}

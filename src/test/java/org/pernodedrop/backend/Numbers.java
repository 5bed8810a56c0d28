package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Arrays for tests, and comparisons of them. */
public final class Numbers {
    /** Half an ulp of 1 in single precision. */
    public static final double ROUNDING = 0x1p-24;

    private Numbers() {}

    /** Uniforms in [-1, 1), the same for the same seed. */
    public static float[] floats(long seed, int length) {
        SplittableRandom random = new SplittableRandom(seed);
        float[] values = new float[length];
        for (int k = 0; k < length; k++) {
            values[k] = (float) (random.nextDouble() * 2 - 1);
        }
        return values;
    }

    /** Integers in [0, bound), the same for the same seed. */
    public static int[] ints(long seed, int length, int bound) {
        return new SplittableRandom(seed).ints(length, 0, bound).toArray();
    }

    /** The same numbers as doubles; null stays null. */
    public static double[] doubles(float[] values) {
        if (values == null) {
            return null;
        }
        double[] wide = new double[values.length];
        Arrays.setAll(wide, k -> values[k]);
        return wide;
    }

    /** The same numbers rounded to floats. */
    public static float[] narrow(double[] values) {
        float[] narrow = new float[values.length];
        for (int k = 0; k < values.length; k++) {
            narrow[k] = (float) values[k];
        }
        return narrow;
    }

    /** How far a sum of this many products may be from the exact one, relative to the sum of absolute terms. */
    public static double sumTolerance(int terms) {
        return (terms + 8) * ROUNDING;
    }

    /** Asserts {@code |actual - expected| <= tolerance scale} everywhere. */
    public static void assertNear(String what, double[] expected, double[] scale, double tolerance, float[] actual) {
        assertEquals(expected.length, actual.length, what);
        for (int k = 0; k < expected.length; k++) {
            double error = Math.abs(actual[k] - expected[k]);
            if (!(error <= tolerance * scale[k] + Float.MIN_NORMAL)) {
                fail(what + "[" + k + "]: expected " + expected[k] + ", was " + actual[k]);
            }
        }
    }

    /** Asserts {@code |actual - expected| <= tolerance (1 + |expected|)} everywhere. */
    public static void assertNear(String what, double[] expected, double tolerance, float[] actual) {
        double[] scale = new double[expected.length];
        Arrays.setAll(scale, k -> 1 + Math.abs(expected[k]));
        assertNear(what, expected, scale, tolerance, actual);
    }
}

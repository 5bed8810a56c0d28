package org.pernodedrop.mask;

/**
 * A drop probability p and its binary approximation p', by which Bernoulli bits are drawn.
 *
 * <p>The keep probability q = 1 - p is quantised to {@code q' = T / 2^n}: the smallest n of at most
 * {@value #MAX_PLANES} for which, with {@code T = q 2^n} rounded half up and {@code p' = 1 - q'}, {@code 0 < T < 2^n}
 * and {@code |p' - p| <= tolerance min(p, q)}. In each of n planes one random word then serves 32 outputs: p = 1/2
 * needs 1 plane, 1/4 needs 2, 0.4 needs 5, 0.3 and 0.2 need 6, 0.1 needs 7.
 *
 * <p>Gaussian noise uses p itself and draws no bits. Rates too close to 0 or 1 for {@value #MAX_PLANES} planes are
 * valid for Gaussian noise only, from {@link #MIN_GAUSSIAN} on.
 *
 * @param requested p, in [0, 1)
 * @param planes n, in [0, 16]; 0 if p = 0, that is, without a mask, and if {@value #MAX_PLANES} planes do not suffice
 *     for p
 * @param threshold T; 1 if p = 0; 0 if {@value #MAX_PLANES} planes do not suffice for p
 */
public record DropRate(double requested, int planes, int threshold) {
    /** Largest number of binary digits of a keep probability. */
    public static final int MAX_PLANES = 16;

    /**
     * Smallest rate above 0 for Gaussian noise. Its standard deviation, 2^-24, is the spacing of single precision just
     * below 1; with a smaller one nearly all values would round to 1.
     */
    public static final double MIN_GAUSSIAN = 0x1p-48;

    /** Default tolerance of the quantisation, relative to min(p, q). */
    public static final double DEFAULT_TOLERANCE = 0.02;

    /**
     * Checks that the three are consistent, except for the tolerance; {@link #of(double)} computes planes and
     * threshold.
     */
    public DropRate {
        requireProbability(requested);
        boolean withoutBits = planes == 0 && threshold == 0 && requested != 0;
        if (withoutBits) {
            requireGaussian(requested);
        } else if (planes < 0 || planes > MAX_PLANES || (planes == 0) != (requested == 0)) {
            throw new IllegalArgumentException("planes must be in [1, " + MAX_PLANES
                    + "], or 0 for drop rate 0; use DropRate.of: planes=" + planes + ", dropRate=" + requested);
        } else if (threshold != threshold(1 - requested, planes)
                || planes > 0 && (threshold < 1 || threshold >= 1 << planes)) {
            throw new IllegalArgumentException(
                    "threshold must be (1 - dropRate) 2^planes rounded half up, in [1, 2^planes - 1]; use DropRate.of: "
                            + "threshold=" + threshold + ", planes=" + planes + ", dropRate=" + requested);
        }
    }

    /**
     * The rate p for a kind of noise, with {@link #DEFAULT_TOLERANCE}.
     *
     * @throws IllegalArgumentException if p is out of range: as for {@link #of(double, double)} if the noise draws
     *     bits; for {@link Noise#GAUSSIAN} unless it is 0 or in [{@link #MIN_GAUSSIAN}, 1)
     */
    public static DropRate of(double dropRate, Noise noise) {
        return of(dropRate, DEFAULT_TOLERANCE, noise);
    }

    /** As {@link #of(double, Noise)}, with a tolerance in (0, 1), which Gaussian noise ignores. */
    public static DropRate of(double dropRate, double tolerance, Noise noise) {
        requireProbability(dropRate);
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new IllegalArgumentException("tolerance must be in (0, 1): tolerance=" + tolerance);
        }
        DropRate rate = quantised(dropRate, tolerance);
        if (rate != null) {
            return rate;
        }
        if (noise.usesBits()) {
            throw unmet(dropRate, tolerance);
        }
        return new DropRate(dropRate, 0, 0);
    }

    /** The rate p, quantised with {@link #DEFAULT_TOLERANCE}. */
    public static DropRate of(double dropRate) {
        return of(dropRate, DEFAULT_TOLERANCE);
    }

    /**
     * The rate p, quantised with a tolerance.
     *
     * @param dropRate p, in [0, 1)
     * @param tolerance largest {@code |p' - p|} relative to min(p, q), in (0, 1)
     * @throws IllegalArgumentException if an argument is out of range, or {@value #MAX_PLANES} planes do not suffice
     */
    public static DropRate of(double dropRate, double tolerance) {
        return of(dropRate, tolerance, Noise.BERNOULLI);
    }

    // Returns null if the planes do not suffice.
    private static DropRate quantised(double dropRate, double tolerance) {
        if (dropRate == 0) {
            return new DropRate(0, 0, 1);
        }
        double keep = 1 - dropRate;
        for (int planes = 1; planes <= MAX_PLANES; planes++) {
            int size = 1 << planes;
            int threshold = threshold(keep, planes);
            double effective = (double) (size - threshold) / size;
            if (threshold > 0
                    && threshold < size
                    && Math.abs(effective - dropRate) <= tolerance * Math.min(dropRate, keep)) {
                return new DropRate(dropRate, planes, threshold);
            }
        }
        return null;
    }

    private static IllegalArgumentException unmet(double dropRate, double tolerance) {
        return new IllegalArgumentException("dropRate cannot be met within a tolerance of " + tolerance + " by "
                + MAX_PLANES + " binary digits; use 0, a rate further from 0 and 1, or a larger tolerance: dropRate="
                + dropRate);
    }

    /** Refuses a rate without planes if the noise draws bits. */
    void requireDrawnBy(Noise noise) {
        if (noise.usesBits() && planes == 0 && !isZero()) {
            throw unmet(requested, DEFAULT_TOLERANCE);
        }
    }

    private static void requireGaussian(double dropRate) {
        if (dropRate < MIN_GAUSSIAN) {
            throw new IllegalArgumentException("dropRate of " + Noise.GAUSSIAN + " noise must be 0 or at least 2^-48 = "
                    + MIN_GAUSSIAN + ", below which values are 1 in single precision: dropRate=" + dropRate);
        }
    }

    // T = q 2^n, rounded half up; the product is exact.
    private static int threshold(double keep, int planes) {
        return (int) Math.floor(keep * (1 << planes) + 0.5);
    }

    private static void requireProbability(double dropRate) {
        if (!(dropRate >= 0 && dropRate < 1)) {
            throw new IllegalArgumentException("dropRate must be in [0, 1): dropRate=" + dropRate);
        }
    }

    /** Whether p = 0, that is, without a mask. */
    public boolean isZero() {
        return requested == 0;
    }

    /** p', the probability that a Bernoulli bit is dropped; p if there are no planes for it. */
    public double effective() {
        return threshold == 0 ? requested : 1 - keepProbability();
    }

    /** {@code q' = T / 2^n}; 1 - p if there are no planes for p. */
    public double keepProbability() {
        return threshold == 0 ? 1 - requested : (double) threshold / (1 << planes);
    }

    /** 1/q', the factor of kept Bernoulli values; 1 if p = 0. */
    public float scale() {
        return (float) (threshold == 0 ? 1 / (1 - requested) : (double) (1 << planes) / threshold);
    }

    /** {@code sqrt(p / (1 - p))}, the standard deviation of Gaussian noise, from the requested p. */
    public float sigma() {
        return (float) Math.sqrt(requested / (1 - requested));
    }

    /** Binary digit k of q': digit 0 is worth 1/2, digit n - 1 is worth 1/2^n. */
    public boolean digit(int k) {
        return (threshold >>> (planes - 1 - k) & 1) != 0;
    }
}

package org.pernodedrop.mask;

/**
 * A drop probability p and the binary fraction that Bernoulli bits really have.
 *
 * <p>The keep probability q = 1 - p is quantised to {@code q' = T / 2^n}: the smallest n of at most {@value #MAX_PLANES}
 * for which, with {@code T = q 2^n} rounded half up and {@code p' = 1 - q'}, {@code 0 < T < 2^n} and {@code |p' - p| <=
 * tolerance min(p, q)}. One random word then serves 32 outputs in each of n planes, instead of one output: p = 1/2 needs
 * 1 plane, 1/4 needs 2, 0.4 needs 5, 0.3 and 0.2 need 6, 0.1 needs 7. Gaussian noise uses p as it is.
 *
 * @param requested p as asked for, in [0, 1)
 * @param planes n, in [0, 16]; 0 exactly if p = 0, which means that there is no mask at all
 * @param threshold T; 1 if p = 0
 */
public record DropRate(double requested, int planes, int threshold) {
    /** Most binary digits that a keep probability may have. */
    public static final int MAX_PLANES = 16;

    /** Tolerance of the quantisation, relative to min(p, q), where none is given. */
    public static final double DEFAULT_TOLERANCE = 0.02;

    /** Checks that the three belong together, apart from the tolerance; use {@link #of(double)} to make one. */
    public DropRate {
        requireProbability(requested);
        if (planes < 0 || planes > MAX_PLANES || (planes == 0) != (requested == 0)) {
            throw new IllegalArgumentException("planes must be in [1, " + MAX_PLANES
                    + "], or 0 for drop rate 0; use DropRate.of: planes=" + planes + ", dropRate=" + requested);
        }
        if (threshold != threshold(1 - requested, planes)
                || planes > 0 && (threshold < 1 || threshold >= 1 << planes)) {
            throw new IllegalArgumentException(
                    "threshold must be (1 - dropRate) 2^planes rounded half up, in [1, 2^planes - 1]; use DropRate.of: "
                            + "threshold=" + threshold + ", planes=" + planes + ", dropRate=" + requested);
        }
    }

    /** The rate p, quantised with {@link #DEFAULT_TOLERANCE}. */
    public static DropRate of(double dropRate) {
        return of(dropRate, DEFAULT_TOLERANCE);
    }

    /**
     * The rate p, quantised with a tolerance.
     *
     * @param dropRate p, in [0, 1)
     * @param tolerance largest |p' - p| relative to min(p, q), in (0, 1)
     * @throws IllegalArgumentException if an argument is out of its range, or if {@value #MAX_PLANES} planes do not
     *     suffice
     */
    public static DropRate of(double dropRate, double tolerance) {
        requireProbability(dropRate);
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new IllegalArgumentException("tolerance must be in (0, 1): tolerance=" + tolerance);
        }
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
        throw new IllegalArgumentException("dropRate cannot be met within a tolerance of " + tolerance + " by "
                + MAX_PLANES + " binary digits; use 0, a rate further from 0 and 1, or a larger tolerance: dropRate="
                + dropRate);
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

    /** Whether p = 0: no mask at all. */
    public boolean isZero() {
        return planes == 0;
    }

    /** p', the share of Bernoulli bits that are really dropped. */
    public double effective() {
        return 1 - keepProbability();
    }

    /** q' = T / 2^n. */
    public double keepProbability() {
        return (double) threshold / (1 << planes);
    }

    /** 1/q', what kept Bernoulli values are scaled by; 1 if p = 0. */
    public float scale() {
        return (float) ((double) (1 << planes) / threshold);
    }

    /** sqrt(p / (1 - p)), the standard deviation of Gaussian noise, from p as it was asked for. */
    public float sigma() {
        return (float) Math.sqrt(requested / (1 - requested));
    }

    /** Binary digit k of q': digit 0 is worth 1/2, digit n - 1 is worth 1/2^n. */
    public boolean digit(int k) {
        return (threshold >>> (planes - 1 - k) & 1) != 0;
    }
}

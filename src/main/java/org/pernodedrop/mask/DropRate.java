package org.pernodedrop.mask;

/**
 * A drop probability p and the binary fraction that Bernoulli bits really have.
 *
 * <p>The keep probability q = 1 - p is quantised to {@code q' = T / 2^n}: the smallest n of at most {@value #MAX_PLANES}
 * for which, with {@code T = q 2^n} rounded half up and {@code p' = 1 - q'}, {@code 0 < T < 2^n} and {@code |p' - p| <=
 * tolerance min(p, q)}. One random word then serves 32 outputs in each of n planes, instead of one output: p = 1/2 needs
 * 1 plane, 1/4 needs 2, 0.4 needs 5, 0.3 and 0.2 need 6, 0.1 needs 7.
 *
 * <p>Gaussian noise uses p as it is and draws no bits: rates too near to 0 or 1 for {@value #MAX_PLANES} planes are good for
 * that noise alone, from {@link #MIN_GAUSSIAN} on.
 *
 * @param requested p as asked for, in [0, 1)
 * @param planes n, in [0, 16]; 0 if p = 0, which means that there is no mask at all, and where there are no bits for p
 * @param threshold T; 1 if p = 0; 0 where there are no bits for p
 */
public record DropRate(double requested, int planes, int threshold) {
    /** Most binary digits that a keep probability may have. */
    public static final int MAX_PLANES = 16;

    /**
     * Least rate above 0 of Gaussian noise: its deviation, 2^-24, is what single precision tells apart next to 1, where the
     * values lie. Of lower rates hardly a value would be another than 1.
     */
    public static final double MIN_GAUSSIAN = 0x1p-48;

    /** Tolerance of the quantisation, relative to min(p, q), where none is given. */
    public static final double DEFAULT_TOLERANCE = 0.02;

    /** Checks that the three belong together, apart from the tolerance; use {@link #of(double)} to make one. */
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
     * @throws IllegalArgumentException if p is out of its range: that of {@link #of(double, double)} where bits are drawn, 0
     *     and [{@link #MIN_GAUSSIAN}, 1) for {@link Noise#GAUSSIAN}
     */
    public static DropRate of(double dropRate, Noise noise) {
        return of(dropRate, DEFAULT_TOLERANCE, noise);
    }

    /** The same with a tolerance, which Gaussian noise does not need. */
    public static DropRate of(double dropRate, double tolerance, Noise noise) {
        requireProbability(dropRate);
        requireTolerance(tolerance);
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
     * @param tolerance largest |p' - p| relative to min(p, q), in (0, 1)
     * @throws IllegalArgumentException if an argument is out of its range, or if {@value #MAX_PLANES} planes do not
     *     suffice
     */
    public static DropRate of(double dropRate, double tolerance) {
        return of(dropRate, tolerance, Noise.BERNOULLI);
    }

    // Null if the planes do not suffice.
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

    /** Refuses a rate that has no bits where some are drawn. */
    void requireDrawnBy(Noise noise) {
        if (noise.usesBits() && planes == 0 && !isZero()) {
            throw unmet(requested, DEFAULT_TOLERANCE);
        }
    }

    private static void requireTolerance(double tolerance) {
        if (!(tolerance > 0 && tolerance < 1)) {
            throw new IllegalArgumentException("tolerance must be in (0, 1): tolerance=" + tolerance);
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

    /** Whether p = 0: no mask at all. */
    public boolean isZero() {
        return requested == 0;
    }

    /** p', the share of Bernoulli bits that are really dropped; p where there are no bits for it. */
    public double effective() {
        return threshold == 0 ? requested : 1 - keepProbability();
    }

    /** q' = T / 2^n; 1 - p where there are no bits for it. */
    public double keepProbability() {
        return threshold == 0 ? 1 - requested : (double) threshold / (1 << planes);
    }

    /** 1/q', what kept Bernoulli values are scaled by; 1 if p = 0. */
    public float scale() {
        return (float) (threshold == 0 ? 1 / (1 - requested) : (double) (1 << planes) / threshold);
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

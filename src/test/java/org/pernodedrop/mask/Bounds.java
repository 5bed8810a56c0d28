package org.pernodedrop.mask;

/** Bounds for statistical tests, computed from the sample size. */
final class Bounds {
    /** Six standard deviations of a normal: exceeded by chance once in 5e8 tests. */
    static final double SIGMAS = 6;

    /** Probability that the bound of {@link #kolmogorovSmirnov} is exceeded, about that of six standard deviations. */
    private static final double ALPHA = 2e-9;

    private Bounds() {}

    /** Upper bound of chi-square with that many degrees of freedom, by Wilson and Hilferty's approximation. */
    static double chiSquare(int degrees) {
        double spread = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - spread + SIGMAS * Math.sqrt(spread), 3);
    }

    /** Upper bound of the distance between n draws' distribution function and the true one (Massart's inequality). */
    static double kolmogorovSmirnov(int n) {
        return Math.sqrt(Math.log(2 / ALPHA) / (2.0 * n));
    }

    /** Chi-square of counts against equal chances. */
    static double chiSquare(int[] counts) {
        long n = 0;
        for (int count : counts) {
            n += count;
        }
        double expected = (double) n / counts.length;
        double sum = 0;
        for (int count : counts) {
            sum += (count - expected) * (count - expected) / expected;
        }
        return sum;
    }

    /**
     * The standard normal's distribution function, by its power series (Marsaglia 2004); exact to 1e-14 for |x| < 7.
     */
    static double normalDistribution(double x) {
        double term = x;
        double sum = x;
        for (int k = 3; Math.abs(term) > 1e-17 * Math.abs(sum); k += 2) {
            term *= x * x / k;
            sum += term;
        }
        return 0.5 + sum * Math.exp(-0.5 * x * x) / Math.sqrt(2 * Math.PI);
    }
}

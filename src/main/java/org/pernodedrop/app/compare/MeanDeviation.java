package org.pernodedrop.app.compare;

import org.apache.commons.statistics.distribution.TDistribution;

/**
 * Mean and standard deviation of a sample.
 *
 * @param count n, at least 1
 * @param mean {@code sum x / n}
 * @param deviation {@code sqrt(sum (x - mean)^2 / (n - 1))}; NaN if n is 1
 */
public record MeanDeviation(int count, double mean, double deviation) {
    /** Computes mean and deviation of at least one value. */
    public static MeanDeviation of(double... values) {
        if (values.length == 0) {
            throw new IllegalArgumentException("values must hold at least one value: values.length=0");
        }
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = sum / values.length;
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return new MeanDeviation(values.length, mean, Math.sqrt(squares / (values.length - 1)));
    }

    /**
     * Half the width of the confidence interval of the mean, {@code t deviation / sqrt(n)} with t the quantile {@code
     * (1 + confidence) / 2} of Student's distribution with n - 1 degrees of freedom; NaN if n is 1. Exact for normal
     * values.
     *
     * <p>Source: Student, "The Probable Error of a Mean", Biometrika 6 (1908).
     *
     * @param confidence in (0, 1)
     */
    public double halfWidth(double confidence) {
        if (!(confidence > 0 && confidence < 1)) {
            throw new IllegalArgumentException("confidence must be in (0, 1): confidence=" + confidence);
        }
        if (count == 1) {
            return Double.NaN;
        }
        double t = TDistribution.of(count - 1).inverseSurvivalProbability((1 - confidence) / 2);
        return t * deviation / Math.sqrt(count);
    }
}

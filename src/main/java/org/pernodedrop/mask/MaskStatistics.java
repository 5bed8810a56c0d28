package org.pernodedrop.mask;

import java.util.Objects;

/**
 * Mean, variance and share of perturbed values of a mask, with their expectations and standard errors.
 *
 * <p>Streaming: sums deviations from the expected mean in double precision. Expectations use the kept value and sigma
 * as rounded to single precision. Standard errors assume independent values: feed a fixed mask once, rather than once
 * per sample. z-scores are nearly normal if at least ten dropped and ten kept values are expected. Not thread-safe.
 */
public final class MaskStatistics {
    private final float keptValue;
    private final double expectedMean;
    private final double expectedVariance;
    private final double expectedPerturbed;
    // Variance of (m - expected mean)^2: mu4 - variance^2.
    private final double squareVariance;

    private long count;
    private long perturbed;
    private double sum;
    private double squares;

    /**
     * An observed value and its expectation.
     *
     * @param value observed; NaN before the first value
     * @param expected by the mask's definition
     * @param standardError standard deviation of {@code value} about {@code expected}; 0 if the value is not random
     */
    public record Estimate(double value, double expected, double standardError) {
        /** {@code (value - expected) / standardError}; 0 if value and expectation are equal. */
        public double zScore() {
            return value == expected ? 0 : (value - expected) / standardError;
        }
    }

    /** Empty statistics of a kind of mask. */
    public MaskStatistics(MaskSpec spec) {
        Objects.requireNonNull(spec, "spec");
        DropRate rate = spec.rate();
        double p = rate.effective();
        double q = rate.keepProbability();
        double variance = rate.sigma() * (double) rate.sigma();
        if (spec.isIdentity()) {
            keptValue = 1f;
            expectedMean = 1;
            expectedVariance = 0;
            expectedPerturbed = 0;
            squareVariance = 0;
            return;
        }
        switch (spec.noise()) {
            case BERNOULLI -> {
                keptValue = rate.scale();
                expectedMean = q * keptValue;
                double dropped = expectedMean * expectedMean;
                double kept = (keptValue - expectedMean) * (keptValue - expectedMean);
                expectedVariance = p * dropped + q * kept;
                expectedPerturbed = p;
                squareVariance = p * q * (kept - dropped) * (kept - dropped);
            }
            case GAUSSIAN -> {
                // There is no kept value; NaN compares unequal to every value.
                keptValue = Float.NaN;
                expectedMean = 1;
                expectedVariance = variance;
                expectedPerturbed = 1;
                squareVariance = 2 * variance * variance;
            }
            case PARTIAL_GAUSSIAN -> {
                keptValue = 1f;
                expectedMean = 1;
                expectedVariance = p * variance;
                expectedPerturbed = p;
                squareVariance = (3 * p - p * p) * variance * variance;
            }
            default -> throw new AssertionError(spec.noise());
        }
    }

    /** Adds one value. */
    public void add(float value) {
        double deviation = value - expectedMean;
        count++;
        perturbed += value != keptValue ? 1 : 0;
        sum += deviation;
        squares += deviation * deviation;
    }

    /** Adds {@code values[offset .. offset + length - 1]}. */
    public void add(float[] values, int offset, int length) {
        Objects.checkFromIndexSize(offset, length, values.length);
        for (int i = offset; i < offset + length; i++) {
            add(values[i]);
        }
    }

    /** Number of values added. */
    public long count() {
        return count;
    }

    /** The mean; its standard error is {@code sqrt(variance / n)}. */
    public Estimate mean() {
        return new Estimate(expectedMean + sum / count, expectedMean, error(expectedVariance));
    }

    /**
     * The mean square {@code (m - expected mean)^2}; its standard error is {@code sqrt((mu4 - variance^2) / n)} with
     * the fourth central moment {@code mu4}.
     *
     * <p>The reference is the expected mean, which is known, rather than the observed mean: for p = 1/2 the square is
     * then 1 for every value, whereas the other estimate's error is far from normal.
     */
    public Estimate variance() {
        return new Estimate(squares / count, expectedVariance, error(squareVariance));
    }

    /**
     * The share of values other than the kept one: zeros for Bernoulli masks, noisy values for partial Gaussian ones,
     * and all values for Gaussian ones.
     */
    public Estimate perturbedShare() {
        return new Estimate(
                (double) perturbed / count, expectedPerturbed, error(expectedPerturbed * (1 - expectedPerturbed)));
    }

    /**
     * Whether mean, variance and perturbed share all lie within k standard errors of their expectations, plus a
     * relative rounding error of 1e-12; false before the first value.
     */
    public boolean withinSigmas(double k) {
        return within(mean(), k) && within(variance(), k) && within(perturbedShare(), k);
    }

    private double error(double varianceOfOne) {
        return Math.sqrt(varianceOfOne / count);
    }

    private static boolean within(Estimate estimate, double k) {
        double rounding = 1e-12 * Math.abs(estimate.expected());
        return Math.abs(estimate.value() - estimate.expected()) <= k * estimate.standardError() + rounding;
    }
}

package org.pernodedrop.mask;

import java.util.Objects;

/**
 * The distribution of a layer's mask, without its key and step.
 *
 * @param noise distribution of a value
 * @param granularity unit that one value is drawn for
 * @param rate the drop rate
 * @param fixed whether one mask (that of sample 0, step 0) serves all samples and steps, in training and at inference
 */
public record MaskSpec(Noise noise, Granularity granularity, DropRate rate, boolean fixed) {
    /** Refuses nulls, and a rate that the noise cannot draw. */
    public MaskSpec {
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(granularity, "granularity");
        Objects.requireNonNull(rate, "rate");
        rate.requireDrawnBy(noise);
    }

    /** A mask that is drawn anew for every sample and step. */
    public static MaskSpec of(Noise noise, Granularity granularity, double dropRate) {
        return new MaskSpec(noise, granularity, DropRate.of(dropRate, noise), false);
    }

    /** Whether every value is 1, so that nothing is drawn. */
    public boolean isIdentity() {
        return rate.isZero();
    }

    /** The effective rate: p' if the noise draws Bernoulli bits, otherwise the requested p. */
    public double effectiveDropRate() {
        return noise.usesBits() ? rate.effective() : rate.requested();
    }

    /** Variance of a value; its mean is 1. */
    public double variance() {
        double p = rate.requested();
        return switch (noise) {
            case BERNOULLI -> rate.effective() / rate.keepProbability();
            case GAUSSIAN -> p / (1 - p);
            case PARTIAL_GAUSSIAN -> rate.effective() * p / (1 - p);
        };
    }
}

package org.pernodedrop.mask;

import java.util.Objects;

/**
 * What a layer's mask is, apart from where it is drawn.
 *
 * @param noise what values are drawn from
 * @param granularity what one value is drawn for
 * @param rate the drop rate
 * @param fixed one mask for all samples and steps (drawn at sample 0, step 0), in training and at inference
 */
public record MaskSpec(Noise noise, Granularity granularity, DropRate rate, boolean fixed) {
    /** Refuses nulls, and a rate that the noise cannot draw. */
    public MaskSpec {
        Objects.requireNonNull(noise, "noise");
        Objects.requireNonNull(granularity, "granularity");
        Objects.requireNonNull(rate, "rate");
        rate.requireDrawnBy(noise);
    }

    /** A mask drawn anew for every sample and step. */
    public static MaskSpec of(Noise noise, Granularity granularity, double dropRate) {
        return new MaskSpec(noise, granularity, DropRate.of(dropRate, noise), false);
    }

    /** Whether every value is 1, so that nothing needs to be drawn. */
    public boolean isIdentity() {
        return rate.isZero();
    }

    /** The rate that values really have: p' where Bernoulli bits decide, p as it was asked for with Gaussian noise. */
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

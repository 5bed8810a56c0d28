package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;

/**
 * The settings that all layers with a mask of each sample's own share.
 *
 * @param <B> the builder itself
 */
public abstract sealed class MaskedBuilder<B extends MaskedBuilder<B>> extends WeightedBuilder<B>
        permits PerNodeDropDense.Builder, PerNodeDropConv2D.Builder {
    private double dropRate = 0.5;
    private double tolerance = DropRate.DEFAULT_TOLERANCE;
    private Noise noise = Noise.BERNOULLI;
    private Granularity granularity = Granularity.CONNECTION;
    private boolean fixed;
    private Strategy strategy = Strategy.AUTO;

    MaskedBuilder() {}

    /** The drop rate p, in [0, 1); 0.5 unless set. */
    public B dropRate(double dropRate) {
        this.dropRate = dropRate;
        return self();
    }

    /**
     * How far the effective rate may be off, where bits are drawn; {@link DropRate#DEFAULT_TOLERANCE} unless set.
     */
    public B dropRateTolerance(double tolerance) {
        this.tolerance = tolerance;
        return self();
    }

    /** What mask values are drawn from; {@link Noise#BERNOULLI} unless set. */
    public B noise(Noise noise) {
        this.noise = Objects.requireNonNull(noise, "noise");
        return self();
    }

    /** What a mask value is drawn for; {@link Granularity#CONNECTION} unless set. */
    public B granularity(Granularity granularity) {
        this.granularity = Objects.requireNonNull(granularity, "granularity");
        return self();
    }

    /** Whether there is one mask for all samples and steps; there is not unless set. */
    public B fixedMask(boolean fixed) {
        this.fixed = fixed;
        return self();
    }

    /** How a mask on connections is computed; {@link Strategy#AUTO} unless set. */
    public B strategy(Strategy strategy) {
        this.strategy = Objects.requireNonNull(strategy, "strategy");
        return self();
    }

    final MaskSpec mask() {
        return new MaskSpec(noise, granularity, DropRate.of(dropRate, tolerance, noise), fixed);
    }

    final Strategy strategy() {
        return strategy;
    }
}

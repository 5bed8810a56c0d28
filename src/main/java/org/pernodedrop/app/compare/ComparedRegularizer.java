package org.pernodedrop.app.compare;

import java.util.Locale;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;

/** A compared regularizer; for PerNodeDrop with its noise and granularity. */
public enum ComparedRegularizer {
    /** {@link Regularizer#NONE}. */
    NONE(Regularizer.NONE, Noise.BERNOULLI, Granularity.CONNECTION),
    /** {@link Regularizer#DROPOUT}. */
    DROPOUT(Regularizer.DROPOUT, Noise.BERNOULLI, Granularity.CONNECTION),
    /** {@link Regularizer#GAUSSIAN_DROPOUT}. */
    GAUSSIAN_DROPOUT(Regularizer.GAUSSIAN_DROPOUT, Noise.BERNOULLI, Granularity.CONNECTION),
    /** {@link Regularizer#DROPCONNECT}. */
    DROPCONNECT(Regularizer.DROPCONNECT, Noise.BERNOULLI, Granularity.CONNECTION),
    /** PerNodeDrop by Bernoulli noise on connections. */
    PERNODEDROP(Regularizer.PERNODEDROP, Noise.BERNOULLI, Granularity.CONNECTION),
    /** PerNodeDrop by Gaussian noise on connections. */
    PERNODEDROP_GAUSSIAN(Regularizer.PERNODEDROP, Noise.GAUSSIAN, Granularity.CONNECTION),
    /** PerNodeDrop by Gaussian noise on a share of the connections. */
    PERNODEDROP_PARTIAL(Regularizer.PERNODEDROP, Noise.PARTIAL_GAUSSIAN, Granularity.CONNECTION),
    /** PerNodeDrop by Bernoulli noise on nodes. */
    PERNODEDROP_NODE(Regularizer.PERNODEDROP, Noise.BERNOULLI, Granularity.NODE);

    private final Regularizer regularizer;
    private final Noise noise;
    private final Granularity granularity;

    ComparedRegularizer(Regularizer regularizer, Noise noise, Granularity granularity) {
        this.regularizer = regularizer;
        this.noise = noise;
        this.granularity = granularity;
    }

    /** Whether it has a drop rate. */
    public boolean drops() {
        return regularizer != Regularizer.NONE;
    }

    /**
     * The network with it.
     *
     * @param base its architecture, activation and L2; the rest of it is not used
     * @param dropRate of its masks; not used without a regularizer
     * @param gaussian how {@link #PERNODEDROP_GAUSSIAN} is computed
     */
    public ModelConfig model(ModelConfig base, DropRate dropRate, Strategy gaussian) {
        Strategy strategy = this == PERNODEDROP_GAUSSIAN ? gaussian : Strategy.AUTO;
        return new ModelConfig(
                regularizer,
                noise,
                granularity,
                false,
                strategy,
                dropRate,
                base.architecture(),
                base.activation(),
                base.l2());
    }

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

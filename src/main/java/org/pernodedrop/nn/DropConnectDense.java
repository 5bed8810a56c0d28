package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * A dense layer with one Bernoulli mask on its weights for the whole batch, drawn anew at every step: in training
 * {@code y[b, u] = act(sum_i x[b, i] w[i, u] m[i, u] + bias[u])}, where m is the PerNodeDrop mask of sample 0; at
 * inference it is {@link Dense}. The common cheap form of DropConnect, and the baseline that shows what masks of each
 * sample's own add.
 *
 * <p>Input, output and parameters as of {@link Dense}.
 *
 * <p>Source: Wan et al., "Regularization of Neural Networks using DropConnect", ICML 2013 (there with a mask for every
 * sample and another approximation at inference).
 *
 * @param dense everything but the mask
 * @param dropRate p
 */
public record DropConnectDense(Dense dense, DropRate dropRate) implements Layer {
    /** Refuses nulls; {@link #units(int)} reads better. */
    public DropConnectDense {
        Objects.requireNonNull(dense, "dense");
        Objects.requireNonNull(dropRate, "dropRate");
    }

    /** Starts the description of a layer with U outputs. */
    public static Builder units(int units) {
        return new Builder(units);
    }

    @Override
    public Shape outputShape(Shape input) {
        return dense.outputShape(input);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        return dense.parameters(input);
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, dropRate, false));
    }

    @Override
    public boolean masksBatch() {
        return true;
    }

    @Override
    public String settings() {
        return dense.settings();
    }

    /** Settings of a {@link DropConnectDense} layer. */
    public static final class Builder extends WeightedBuilder<Builder> {
        private final int units;
        private double dropRate = 0.5;

        Builder(int units) {
            this.units = units;
        }

        @Override
        Builder self() {
            return this;
        }

        /** The drop rate p, in [0, 1); 0.5 unless set. */
        public Builder dropRate(double dropRate) {
            this.dropRate = dropRate;
            return this;
        }

        /**
         * The layer.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public DropConnectDense build() {
            return new DropConnectDense(dense(units), DropRate.of(dropRate));
        }
    }
}

package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/**
 * A dense layer with fresh noise on every connection of every sample: in training
 *
 * <pre>
 *   connection   y[b, u] = act(sum_i x[b, i] w[i, u] m[b, i, u] + bias[u])
 *   node         y[b, u] = act(m[b, u] sum_i x[b, i] w[i, u] + bias[u])
 * </pre>
 *
 * with a mask m of mean 1 that is drawn anew at every step, the same in the forward and the backward pass, and never
 * stored. At inference there is no mask and no scaling: the layer is {@link Dense}. A fixed mask is one mask {@code [I,
 * U]} or {@code [U]} for all samples and steps, in training and at inference. The bias is never masked. With drop rate
 * 0 the layer is {@link Dense}, bit for bit.
 *
 * <pre>{@code
 * PerNodeDropDense.units(256).dropRate(0.5).noise(Noise.GAUSSIAN).activation(Activation.RELU).build()
 * }</pre>
 *
 * <p>Input {@code [I]}, output {@code [U]}; or input {@code [T, I]}, output {@code [T, U]}: the T positions of a sample
 * share its mask, which then must be on connections or fixed. Parameters as of {@link Dense}.
 *
 * <p>Source: Omathil and Sreeja, "PerNodeDrop", arXiv 2512.12663.
 *
 * @param dense everything but the mask
 * @param mask the mask, {@code m}
 * @param strategy how a mask on connections is computed; {@link Strategy#AUTO} for other masks
 */
public record PerNodeDropDense(Dense dense, MaskSpec mask, Strategy strategy) implements Layer {
    /** Refuses nulls, and strategies that cannot compute the mask; {@link #units(int)} reads better. */
    public PerNodeDropDense {
        Objects.requireNonNull(dense, "dense");
        Objects.requireNonNull(mask, "mask");
        StrategyChoice.require(Objects.requireNonNull(strategy, "strategy"), mask, 1);
    }

    /** Starts the description of a layer with U outputs. */
    public static Builder units(int units) {
        return new Builder(units);
    }

    @Override
    public Shape outputShape(Shape input) {
        int positions = Dense.positions(input);
        StrategyChoice.require(strategy, mask, positions);
        if (positions > 1 && mask.granularity() == Granularity.NODE && !mask.fixed()) {
            throw new IllegalArgumentException("node granularity takes inputs of one dimension; with positions take"
                    + " connection granularity: input shape=" + input);
        }
        return dense.outputShape(input);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        return dense.parameters(input);
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(mask);
    }

    @Override
    public Shape maskShape(Shape input) {
        return mask.granularity() == Granularity.NODE
                ? Shape.of(dense.units())
                : Shape.of(Dense.inputs(input), dense.units());
    }

    @Override
    public boolean drawsAtOutputs() {
        return strategy == Strategy.REPARAMETERIZED;
    }

    @Override
    public String settings() {
        return dense.settings();
    }

    /** Settings of a {@link PerNodeDropDense} layer. */
    public static final class Builder extends MaskedBuilder<Builder> {
        private final int units;

        Builder(int units) {
            this.units = units;
        }

        @Override
        Builder self() {
            return this;
        }

        /**
         * The layer.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public PerNodeDropDense build() {
            return new PerNodeDropDense(dense(units), mask(), strategy());
        }
    }
}

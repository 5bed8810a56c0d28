package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/**
 * A convolution with fresh noise on every connection of every sample, shared by the positions of its windows: in training
 * {@code y[b, p, q, f] = act(sum_{r, s, c} x[b, ...] w[r, s, c, f] m[b, i, f] + bias[f])} with {@code i = (r width + s) C +
 * c} and one mask {@code m[b]} of {@code [height width C, F]} for all {@code (p, q)}: each sample is convolved with
 * another sub-network's filters. At inference, and with drop rate 0, the layer is {@link Conv2D}. The mask is drawn anew
 * at every step, the same in the forward and the backward pass, and never stored; a fixed mask is one for all samples and
 * steps, in training and at inference.
 *
 * <p>Masks on connections, or fixed ones; input, output and parameters as of {@link Conv2D}.
 *
 * <p>Source: Omathil and Sreeja, "PerNodeDrop", arXiv 2512.12663, for inputs of rank 3.
 *
 * @param convolution everything but the mask
 * @param mask the mask, {@code m}
 * @param strategy how a mask on connections is computed; {@link Strategy#AUTO} for other masks
 */
public record PerNodeDropConv2D(Conv2D convolution, MaskSpec mask, Strategy strategy) implements Layer {
    /** Refuses nulls, and strategies that cannot compute the mask; {@link #filters(int)} reads better. */
    public PerNodeDropConv2D {
        Objects.requireNonNull(convolution, "convolution");
        Objects.requireNonNull(mask, "mask");
        StrategyChoice.require(Objects.requireNonNull(strategy, "strategy"), mask, 1);
    }

    /** Starts the description of a layer with F outputs a window. */
    public static Builder filters(int filters) {
        return new Builder(filters);
    }

    @Override
    public Shape outputShape(Shape input) {
        int positions = convolution.windows().on(input).positions();
        StrategyChoice.require(strategy, mask, positions);
        if (positions > 1 && mask.granularity() == Granularity.NODE && !mask.fixed()) {
            throw new IllegalArgumentException(
                    "node granularity takes one window an image; take connection granularity: input shape=" + input
                            + ", windows=" + positions);
        }
        return convolution.outputShape(input);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        return convolution.parameters(input);
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(mask);
    }

    @Override
    public Shape maskShape(Shape input) {
        WindowShape shape = convolution.windows().on(input);
        return mask.granularity() == Granularity.NODE
                ? Shape.of(convolution.filters())
                : Shape.of(shape.windowSize(), convolution.filters());
    }

    @Override
    public boolean drawsAtOutputs() {
        return strategy == Strategy.REPARAMETERIZED;
    }

    @Override
    public String settings() {
        return convolution.settings();
    }

    /** Settings of a {@link PerNodeDropConv2D} layer. */
    public static final class Builder extends MaskedBuilder<Builder> {
        private final Conv2D.Builder windows;

        Builder(int filters) {
            windows = new Conv2D.Builder(filters);
        }

        @Override
        Builder self() {
            return this;
        }

        /** A square kernel; 3 unless set. */
        public Builder kernel(int size) {
            windows.kernel(size);
            return this;
        }

        /** Rows and columns of the kernel. */
        public Builder kernel(int height, int width) {
            windows.kernel(height, width);
            return this;
        }

        /** Rows and columns from window to window; 1 unless set. */
        public Builder stride(int stride) {
            windows.stride(stride);
            return this;
        }

        /** Rows and columns from window to window. */
        public Builder stride(int height, int width) {
            windows.stride(height, width);
            return this;
        }

        /** Whether windows reach beyond the image; {@link Padding#VALID} unless set. */
        public Builder padding(Padding padding) {
            windows.padding(padding);
            return this;
        }

        /**
         * The layer.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public PerNodeDropConv2D build() {
            Conv2D plain = windows.build();
            return new PerNodeDropConv2D(convolution(plain.filters(), plain.windows()), mask(), strategy());
        }
    }
}

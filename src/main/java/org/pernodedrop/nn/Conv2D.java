package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.kernels.Activation;

/**
 * A convolution over images {@code [H, W, C]}, channels last: {@code y[b, p, q, f] = act(sum_{r, s, c} x[b, p stride + r -
 * pad, q stride + s - pad, c] w[r, s, c, f] + bias[f])}, a cross-correlation as in all libraries of the field; what lies
 * outside of the image is 0. The same in training and at inference.
 *
 * <pre>{@code Conv2D.filters(32).kernel(3).padding(Padding.SAME).activation(Activation.RELU).build()}</pre>
 *
 * <p>Output {@code [H', W', filters]}; parameters {@code weight [height, width, C, filters]} and {@code bias [filters]},
 * which starts at 0. Computed as a matrix product of the unfolded windows with the weight.
 *
 * @param filters F, at least 1
 * @param windows size, stride and padding
 * @param activation act
 * @param bias whether there is a bias
 * @param initializer how the weight starts
 * @param l2 penalty {@code l2/2 sum w^2} on the weight, not on the bias; at least 0
 */
public record Conv2D(
        int filters, Windows windows, Activation activation, boolean bias, Initializer initializer, double l2)
        implements Layer {
    /** Refuses nulls and values out of range; {@link #filters(int)} reads better. */
    public Conv2D {
        if (filters < 1) {
            throw new IllegalArgumentException("filters must be at least 1: filters=" + filters);
        }
        Objects.requireNonNull(windows, "windows");
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(initializer, "initializer");
        ParameterSpec.requireL2(l2);
    }

    /** Starts the description of a layer with F outputs a window. */
    public static Builder filters(int filters) {
        return new Builder(filters);
    }

    @Override
    public Shape outputShape(Shape input) {
        WindowShape shape = windows.on(input);
        return Shape.of(shape.outputHeight(), shape.outputWidth(), filters);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        WindowShape shape = windows.on(input);
        // Refuses what is too large for the products below.
        Shape weight = Shape.of(windows.height(), windows.width(), shape.channels(), filters);
        int fanIn = shape.windowSize();
        int fanOut = windows.height() * windows.width() * filters;
        List<ParameterSpec> parameters = new ArrayList<>();
        parameters.add(new ParameterSpec("weight", weight, initializer, fanIn, fanOut, l2));
        if (bias) {
            parameters.add(new ParameterSpec("bias", Shape.of(filters), Initializer.ZEROS, fanIn, fanOut, 0));
        }
        return List.copyOf(parameters);
    }

    @Override
    public String settings() {
        return filters + " " + windows + " " + activation + (bias ? "" : ", no bias") + (l2 > 0 ? ", l2 " + l2 : "");
    }

    /** Settings of a {@link Conv2D} layer: {@link Conv2D#filters(int)} starts one. */
    public static final class Builder extends WeightedBuilder<Builder> {
        private final int filters;
        private Windows windows = new Windows(3, 3, 1, 1, Padding.VALID);

        Builder(int filters) {
            this.filters = filters;
        }

        @Override
        Builder self() {
            return this;
        }

        /** A square kernel; 3 unless set. */
        public Builder kernel(int size) {
            return kernel(size, size);
        }

        /** Rows and columns of the kernel. */
        public Builder kernel(int height, int width) {
            windows = new Windows(height, width, windows.strideHeight(), windows.strideWidth(), windows.padding());
            return this;
        }

        /** Rows and columns from window to window; 1 unless set. */
        public Builder stride(int stride) {
            return stride(stride, stride);
        }

        /** Rows and columns from window to window. */
        public Builder stride(int height, int width) {
            windows = new Windows(windows.height(), windows.width(), height, width, windows.padding());
            return this;
        }

        /** Whether windows reach beyond the image; {@link Padding#VALID} unless set. */
        public Builder padding(Padding padding) {
            windows = new Windows(
                    windows.height(), windows.width(), windows.strideHeight(), windows.strideWidth(), padding);
            return this;
        }

        /**
         * The layer.
         *
         * @throws IllegalArgumentException if a setting is out of range
         */
        public Conv2D build() {
            return convolution(filters, windows);
        }
    }
}

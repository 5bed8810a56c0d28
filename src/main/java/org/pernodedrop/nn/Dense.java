package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.kernels.Activation;

/**
 * The plain dense layer, {@code y[b, u] = act(sum_i x[b, i] w[i, u] + bias[u])}, the same in training and at inference.
 *
 * <pre>{@code Dense.units(10).activation(Activation.RELU).build()}</pre>
 *
 * <p>Input {@code [I]}, output {@code [U]}; or input {@code [T, I]}, output {@code [T, U]}: the same for each of T
 * positions. Parameters {@code weight [I, U]} and {@code bias [U]}, which starts at 0.
 *
 * @param units U, at least 1
 * @param activation act
 * @param bias whether there is a bias
 * @param initializer how the weight starts
 * @param l2 penalty {@code l2/2 sum w^2} on the weight, not on the bias; at least 0
 */
public record Dense(int units, Activation activation, boolean bias, Initializer initializer, double l2)
        implements Layer {
    /** Refuses nulls and values out of range; {@link #units(int)} reads better. */
    public Dense {
        if (units < 1) {
            throw new IllegalArgumentException("units must be at least 1: units=" + units);
        }
        Objects.requireNonNull(activation, "activation");
        Objects.requireNonNull(initializer, "initializer");
        ParameterSpec.requireL2(l2);
    }

    /** Starts the description of a layer with U outputs. */
    public static Builder units(int units) {
        return new Builder(units);
    }

    @Override
    public Shape outputShape(Shape input) {
        if (input.rank() > 2) {
            throw new IllegalArgumentException(
                    "inputs must have one dimension, or two, positions and features; put Flatten before for images:"
                            + " input shape=" + input);
        }
        return input.rank() == 1 ? Shape.of(units) : Shape.of(positions(input), units);
    }

    /** T of an input {@code [T, I]}; 1 of {@code [I]}. */
    static int positions(Shape input) {
        return input.rank() == 1 ? 1 : input.dimensions().get(0);
    }

    /** I of an input {@code [I]} or {@code [T, I]}. */
    static int inputs(Shape input) {
        return input.dimensions().get(input.rank() - 1);
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        int inputs = inputs(input);
        List<ParameterSpec> parameters = new ArrayList<>();
        parameters.add(new ParameterSpec("weight", Shape.of(inputs, units), initializer, inputs, units, l2));
        if (bias) {
            parameters.add(new ParameterSpec("bias", Shape.of(units), Initializer.ZEROS, inputs, units, 0));
        }
        return List.copyOf(parameters);
    }

    @Override
    public String settings() {
        return units + " " + activation + (bias ? "" : ", no bias") + (l2 > 0 ? ", l2 " + l2 : "");
    }

    /** Settings of a {@link Dense} layer. */
    public static final class Builder extends WeightedBuilder<Builder> {
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
        public Dense build() {
            return dense(units);
        }
    }
}

package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.kernels.Activation;

/**
 * The settings that all layers with weights share.
 *
 * @param <B> the builder itself
 */
public abstract sealed class WeightedBuilder<B extends WeightedBuilder<B>>
        permits Dense.Builder, DropConnectDense.Builder, Conv2D.Builder, MaskedBuilder {
    private Activation activation = Activation.LINEAR;
    private boolean bias = true;
    private Initializer initializer;
    private double l2;

    WeightedBuilder() {}

    abstract B self();

    /** The activation; {@link Activation#LINEAR} unless set. */
    public B activation(Activation activation) {
        this.activation = Objects.requireNonNull(activation, "activation");
        return self();
    }

    /** Whether there is a bias; there is unless set. A bias is never masked. */
    public B bias(boolean bias) {
        this.bias = bias;
        return self();
    }

    /** How the weight starts; {@link Initializer#defaultFor} the activation unless set. */
    public B initializer(Initializer initializer) {
        this.initializer = Objects.requireNonNull(initializer, "initializer");
        return self();
    }

    /**
     * Adds the penalty {@code l2/2 sum w^2} on the weight, so {@code l2 w} to its gradient; 0 unless set. Losses are
     * reported without it. Where a library penalises {@code a sum w^2}, l2 is 2a.
     */
    public B l2(double l2) {
        this.l2 = l2;
        return self();
    }

    final Dense dense(int units) {
        return new Dense(units, activation, bias, start(), l2);
    }

    final Conv2D convolution(int filters, Windows windows) {
        return new Conv2D(filters, windows, activation, bias, start(), l2);
    }

    private Initializer start() {
        return initializer == null ? Initializer.defaultFor(activation) : initializer;
    }
}

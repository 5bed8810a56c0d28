package org.pernodedrop.backend;

import org.pernodedrop.kernels.Activation;

/** Activations and their derivatives in doubles, written down independently of any backend. */
public final class ReferenceActivations {
    private static final double ROOT = Math.sqrt(2 / Math.PI);

    private ReferenceActivations() {}

    /** {@code act(z)}. */
    public static double value(Activation activation, double z) {
        return switch (activation) {
            case LINEAR -> z;
            case RELU -> z > 0 ? z : 0;
            case LEAKY_RELU -> z > 0 ? z : 0.01 * z;
            case TANH -> Math.tanh(z);
            case SIGMOID -> 1 / (1 + Math.exp(-z));
            case GELU -> z / 2 * (1 + Math.tanh(ROOT * (z + 0.044715 * z * z * z)));
        };
    }

    /** {@code act'(z)}: by definition where there is a kink, by central differences elsewhere. */
    public static double derivative(Activation activation, double z) {
        return switch (activation) {
            case LINEAR -> 1;
            case RELU -> z > 0 ? 1 : 0;
            case LEAKY_RELU -> z > 0 ? 1 : 0.01;
            case TANH, SIGMOID, GELU -> {
                double h = 1e-5;
                yield (value(activation, z + h) - value(activation, z - h)) / (2 * h);
            }
        };
    }
}

package org.pernodedrop.kernels;

import java.util.Locale;

/** Element-wise functions {@code y = act(z)} and their derivatives. */
public enum Activation {
    /** {@code y = z}. */
    LINEAR(0),
    /** {@code y = max(z, 0)}; derivative 0 at 0. */
    RELU(1),
    /** {@code y = z > 0 ? z : 0.01 z}; derivative 0.01 at 0. */
    LEAKY_RELU(2),
    /** {@code y = tanh z}. */
    TANH(3),
    /** {@code y = 1 / (1 + exp(-z))}. */
    SIGMOID(4),
    /** {@code y = z Phi(z)}, in the approximation {@code z/2 (1 + tanh(sqrt(2/pi) (z + 0.044715 z^3)))}. */
    GELU(5);

    /** Slope of {@link #LEAKY_RELU} below 0. */
    public static final float LEAKY_SLOPE = 0.01f;

    /** sqrt(2/pi), for {@link #GELU}. */
    public static final float GELU_FACTOR = 0.7978845608f;

    /** Cubic coefficient of {@link #GELU}. */
    public static final float GELU_CUBIC = 0.044715f;

    private final int code;

    Activation(int code) {
        this.code = code;
    }

    /** The number by which the CUDA kernels know this activation; {@code kernels.json} lists them. */
    public int code() {
        return code;
    }

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

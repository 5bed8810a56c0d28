package org.pernodedrop.nn;

import java.util.List;

/**
 * Batch normalization over the last dimension, the channels: {@code y[n, c] = scale[c] (x[n, c] - mean[c]) /
 * sqrt(variance[c] + epsilon) + shift[c]}, n running over samples and positions. In training mean and (biased) variance are
 * those of the batch, and the running ones follow them by {@code running = running + momentum (batch - running)}, at every
 * forward pass; at inference, and when Monte Carlo masks are drawn, the running ones are taken.
 *
 * <p>Output shaped as the input; parameters {@code scale [C]}, which starts at 1, and {@code shift [C]}, at 0; statistics
 * {@code mean [C]}, which starts at 0, and {@code variance [C]}, at 1. A batch that is cut into parts is normalized part by
 * part. A training pass needs at least 2 values of every channel: of dense inputs at least 2 samples.
 *
 * <p>Source: Ioffe and Szegedy, "Batch Normalization", arXiv 1502.03167.
 *
 * @param momentum share of the batch in the running moments, in (0, 1]
 * @param epsilon finite and above 0
 */
public record BatchNormalization(float momentum, float epsilon) implements Layer {
    /** Refuses values out of range. */
    public BatchNormalization {
        if (!(momentum > 0 && momentum <= 1)) {
            throw new IllegalArgumentException("momentum must be in (0, 1]: momentum=" + momentum);
        }
        if (!(epsilon > 0 && epsilon < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("epsilon must be finite and above 0: epsilon=" + epsilon);
        }
    }

    /** With momentum 0.1 and epsilon 1e-5. */
    public static BatchNormalization standard() {
        return new BatchNormalization(0.1f, 1e-5f);
    }

    /** Values a channel has of one sample. */
    static int positions(Shape input) {
        return input.size() / channels(input);
    }

    /** Channels of an input: its last dimension. */
    static int channels(Shape input) {
        return input.dimensions().get(input.rank() - 1);
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public List<ParameterSpec> parameters(Shape input) {
        return List.of(spec(input, "scale", Initializer.ONES), spec(input, "shift", Initializer.ZEROS));
    }

    @Override
    public List<ParameterSpec> statistics(Shape input) {
        return List.of(spec(input, "mean", Initializer.ZEROS), spec(input, "variance", Initializer.ONES));
    }

    private static ParameterSpec spec(Shape input, String name, Initializer initializer) {
        return new ParameterSpec(name, Shape.of(channels(input)), initializer, 1, 1, 0);
    }

    @Override
    public String settings() {
        return "momentum " + momentum + ", epsilon " + epsilon;
    }
}

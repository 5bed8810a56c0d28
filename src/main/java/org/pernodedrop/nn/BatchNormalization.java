package org.pernodedrop.nn;

import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Normalizations;
import org.pernodedrop.backend.Workspace;

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

    /** Batch normalization at work. */
    static final class Pass implements LayerPass {
        private final Backend backend;
        private final BatchNormalization layer;
        private final int positions;
        private final int channels;
        private final Parameter scale;
        private final Parameter shift;
        private final DeviceFloats runningMean;
        private final DeviceFloats runningVariance;
        private final DeviceFloats mean;
        private final DeviceFloats variance;
        private DeviceFloats x;
        private DeviceFloats y;

        Pass(
                Backend backend,
                BatchNormalization layer,
                Shape input,
                List<Parameter> parameters,
                List<Statistic> statistics,
                Workspace workspace) {
            this.backend = backend;
            this.layer = layer;
            channels = BatchNormalization.channels(input);
            positions = BatchNormalization.positions(input);
            scale = parameters.get(0);
            shift = parameters.get(1);
            runningMean = statistics.get(0).values();
            runningVariance = statistics.get(1).values();
            mean = workspace.allocate(channels);
            variance = workspace.allocate(channels);
        }

        @Override
        public void reserve(int samples, Workspace workspace) {
            y = workspace.allocate((long) samples * positions * channels);
        }

        @Override
        public void requireTrains(Batch batch) {
            if (rows(batch) < 2) {
                throw new IllegalArgumentException(
                        "batch normalization needs at least 2 values a channel to train; take"
                                + " batches of at least 2 samples: samples=" + batch.samples()
                                + ", positions of a sample="
                                + positions
                                + ", channels=" + channels);
            }
        }

        private int rows(Batch batch) {
            return Math.multiplyExact(batch.samples(), positions);
        }

        @Override
        public DeviceFloats forward(Batch batch, DeviceFloats input) {
            x = input;
            if (batch.mode() == Mode.TRAINING) {
                backend.normalizations().moments(rows(batch), channels, x, mean, variance);
                backend.vectors().blend(layer.momentum(), mean, runningMean);
                backend.vectors().blend(layer.momentum(), variance, runningVariance);
                normalize(batch, mean, variance);
            } else {
                normalize(batch, runningMean, runningVariance);
            }
            return y;
        }

        private void normalize(Batch batch, DeviceFloats means, DeviceFloats variances) {
            backend.normalizations().normalize(input(batch, means, variances), shift.values(), y);
        }

        private Normalizations.Input input(Batch batch, DeviceFloats means, DeviceFloats variances) {
            return new Normalizations.Input(
                    rows(batch), channels, layer.epsilon(), x, means, variances, scale.values());
        }

        @Override
        public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
            backend.normalizations()
                    .normalizeBackward(
                            input(batch, mean, variance),
                            dy,
                            room == null ? null : dy,
                            scale.gradient(),
                            shift.gradient());
            return dy;
        }
    }
}

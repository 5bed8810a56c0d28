package org.pernodedrop.app.bench;

import java.util.HashMap;
import java.util.Map;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * Recovers the noise e of a layer {@code z = a + s e} from its z, computes the gradients of z with it, and tests
 * whether it is standard normal.
 */
final class OutputNoise {
    /** Number of gradients of each kind that are compared; each needs the noise of a whole row or column. */
    static final int VALUES = 4;

    /** Allowed distance of a mean in standard deviations; exceeded by chance once in a billion. */
    private static final double DEVIATIONS = 6;

    private final ConnectionShape shape;
    private final double variance;
    private final float[] x;
    private final float[] w;
    private final float[] bias;
    private final float[] z;
    private final Map<Long, Noise> noises = new HashMap<>();

    /** @param deviation s */
    private record Noise(double e, double deviation) {}

    OutputNoise(ConnectionShape shape, double variance, float[] x, float[] w, float[] bias, float[] z) {
        this.shape = shape;
        this.variance = variance;
        this.x = x;
        this.w = w;
        this.bias = bias;
        this.z = z;
    }

    /** {@code dz/dx = w + e v x w^2 / s}. */
    double slopeOfInput(int row, int i, int u) {
        double weight = weight(i, u);
        return weight + scaled(row, u) * input(row, i) * weight * weight;
    }

    /** {@code dz/dw = x + e v x^2 w / s}. */
    double slopeOfWeight(int row, int i, int u) {
        double input = input(row, i);
        return input + scaled(row, u) * input * input * weight(i, u);
    }

    /** Explains why the noise so far is not standard normal; null if it may be. */
    String refusal() {
        double n = noises.values().stream().filter(noise -> noise.deviation > 0).count();
        double mean = noises.values().stream().mapToDouble(Noise::e).sum() / n;
        double square =
                noises.values().stream().mapToDouble(noise -> noise.e * noise.e).sum() / n;
        if (n == 0) {
            return null;
        }
        if (!(Math.abs(mean) <= DEVIATIONS / Math.sqrt(n))
                || !(Math.abs(square - 1) <= DEVIATIONS * Math.sqrt(2 / n))) {
            return "its noise is not standard normal: mean=" + mean + ", mean square=" + square + ", values=" + n;
        }
        return null;
    }

    private double scaled(int row, int u) {
        Noise noise = noises.computeIfAbsent((long) row * shape.outputs() + u, key -> noise(row, u));
        return noise.deviation == 0 ? 0 : noise.e * variance / noise.deviation;
    }

    private Noise noise(int row, int u) {
        double plain = bias[u];
        double squares = 0;
        for (int i = 0; i < shape.inputs(); i++) {
            double term = input(row, i) * weight(i, u);
            plain += term;
            squares += term * term;
        }
        double deviation = Math.sqrt(variance * squares);
        return new Noise(deviation == 0 ? 0 : (z[row * shape.outputs() + u] - plain) / deviation, deviation);
    }

    private double input(int row, int i) {
        return x[row * shape.inputs() + i];
    }

    private double weight(int i, int u) {
        return w[i * shape.outputs() + u];
    }
}

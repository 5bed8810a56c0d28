package org.pernodedrop.app.bench;

import java.util.HashMap;
import java.util.Map;
import org.pernodedrop.kernels.ConnectionShape;

/** The noise of a layer {@code z = a + s e}, read off its z; gradients of z with it, and whether it looks standard normal. */
final class OutputNoise {
    /** How many gradients of each kind are worth their many noises. */
    static final int VALUES = 4;

    /** Deviations that a mean may be away by: once in a billion. */
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

    /** What shows that the noise seen so far is not standard normal; null if nothing does. */
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

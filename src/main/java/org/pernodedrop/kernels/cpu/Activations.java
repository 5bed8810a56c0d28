package org.pernodedrop.kernels.cpu;

import org.pernodedrop.kernels.Activation;

/**
 * Activations and their derivatives over ranges of arrays. Signs are unpredictable, so the loops do not branch on them;
 * with one array and one index, as after a copy, the compiler vectorises them.
 */
public final class Activations {
    private Activations() {}

    /** {@code y[k] = act(z[k])} for k below length; in place if the arrays and offsets are the same. */
    public static void forward(Activation activation, float[] z, int zOffset, float[] y, int yOffset, int length) {
        switch (activation) {
            case LINEAR -> copy(z, zOffset, y, yOffset, length);
            case RELU -> {
                copy(z, zOffset, y, yOffset, length);
                for (int k = yOffset; k < yOffset + length; k++) {
                    y[k] = Math.max(y[k], 0f);
                }
            }
            case LEAKY_RELU -> {
                copy(z, zOffset, y, yOffset, length);
                for (int k = yOffset; k < yOffset + length; k++) {
                    y[k] = Math.max(y[k], 0f) + Activation.LEAKY_SLOPE * Math.min(y[k], 0f);
                }
            }
            case TANH -> {
                for (int k = 0; k < length; k++) {
                    y[yOffset + k] = tanh(z[zOffset + k]);
                }
            }
            case SIGMOID -> {
                for (int k = 0; k < length; k++) {
                    y[yOffset + k] = (float) (1 / (1 + Math.exp(-z[zOffset + k])));
                }
            }
            case GELU -> {
                for (int k = 0; k < length; k++) {
                    float v = z[zOffset + k];
                    y[yOffset + k] = 0.5f * v * (1f + geluTanh(v));
                }
            }
        }
    }

    /** {@code dz[k] = dy[k] act'(z[k])} for k below length, with {@code y = act(z)} at hand. */
    public static void backward(
            Activation activation,
            float[] z,
            int zOffset,
            float[] y,
            int yOffset,
            float[] dy,
            int dyOffset,
            float[] dz,
            int dzOffset,
            int length) {
        switch (activation) {
            case LINEAR -> copy(dy, dyOffset, dz, dzOffset, length);
            case RELU -> {
                for (int k = 0; k < length; k++) {
                    dz[dzOffset + k] = keepIf(onesIfPositive(z[zOffset + k]), dy[dyOffset + k]);
                }
            }
            case LEAKY_RELU -> {
                for (int k = 0; k < length; k++) {
                    float d = dy[dyOffset + k];
                    int ones = onesIfPositive(z[zOffset + k]);
                    dz[dzOffset + k] = keepIf(ones, d) + keepIf(~ones, Activation.LEAKY_SLOPE * d);
                }
            }
            case TANH -> {
                for (int k = 0; k < length; k++) {
                    float v = y[yOffset + k];
                    dz[dzOffset + k] = dy[dyOffset + k] * (1f - v * v);
                }
            }
            case SIGMOID -> {
                for (int k = 0; k < length; k++) {
                    float v = y[yOffset + k];
                    dz[dzOffset + k] = dy[dyOffset + k] * v * (1f - v);
                }
            }
            case GELU -> {
                for (int k = 0; k < length; k++) {
                    dz[dzOffset + k] = dy[dyOffset + k] * geluDerivative(z[zOffset + k]);
                }
            }
        }
    }

    private static void copy(float[] from, int fromOffset, float[] to, int toOffset, int length) {
        if (from != to || fromOffset != toOffset) {
            System.arraycopy(from, fromOffset, to, toOffset, length);
        }
    }

    // All bits 1 if the value is above 0 (or not a number, which the loss reports), else 0.
    private static int onesIfPositive(float value) {
        int bits = Float.floatToRawIntBits(value);
        return (-bits & ~bits) >> 31;
    }

    private static float keepIf(int ones, float value) {
        return Float.intBitsToFloat(Float.floatToRawIntBits(value) & ones);
    }

    // Several times as fast as Math.tanh; below 1e-3 the series, whose next term is 2/15 x^5, as 1 - ... would cancel.
    private static float tanh(double x) {
        double size = Math.abs(x);
        double value = size < 1e-3 ? size * (1 - size * size / 3) : 1 - 2 / (Math.exp(2 * size) + 1);
        return (float) Math.copySign(value, x);
    }

    private static float geluTanh(float v) {
        return tanh(Activation.GELU_FACTOR * (v + Activation.GELU_CUBIC * v * v * v));
    }

    private static float geluDerivative(float v) {
        float t = geluTanh(v);
        float inner = Activation.GELU_FACTOR * (1f + 3f * Activation.GELU_CUBIC * v * v);
        return 0.5f * (1f + t) + 0.5f * v * (1f - t * t) * inner;
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Activation;

/** Activations and their derivatives over stretches of arrays. */
final class Activations {
    private Activations() {}

    /** {@code y[k] = act(z[k])} for k below length; in place if the arrays and offsets are the same. */
    static void forward(Activation activation, float[] z, int zOffset, float[] y, int yOffset, int length) {
        switch (activation) {
            case LINEAR -> {
                if (z != y || zOffset != yOffset) {
                    System.arraycopy(z, zOffset, y, yOffset, length);
                }
            }
            case RELU -> {
                for (int k = 0; k < length; k++) {
                    y[yOffset + k] = Math.max(z[zOffset + k], 0f);
                }
            }
            case LEAKY_RELU -> {
                for (int k = 0; k < length; k++) {
                    float v = z[zOffset + k];
                    y[yOffset + k] = v > 0 ? v : Activation.LEAKY_SLOPE * v;
                }
            }
            case TANH -> {
                for (int k = 0; k < length; k++) {
                    y[yOffset + k] = (float) Math.tanh(z[zOffset + k]);
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
    static void backward(
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
            case LINEAR -> {
                if (dy != dz || dyOffset != dzOffset) {
                    System.arraycopy(dy, dyOffset, dz, dzOffset, length);
                }
            }
            case RELU -> {
                for (int k = 0; k < length; k++) {
                    dz[dzOffset + k] = z[zOffset + k] > 0 ? dy[dyOffset + k] : 0f;
                }
            }
            case LEAKY_RELU -> {
                for (int k = 0; k < length; k++) {
                    float d = dy[dyOffset + k];
                    dz[dzOffset + k] = z[zOffset + k] > 0 ? d : Activation.LEAKY_SLOPE * d;
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

    private static float geluTanh(float v) {
        return (float) Math.tanh(Activation.GELU_FACTOR * (v + Activation.GELU_CUBIC * v * v * v));
    }

    private static float geluDerivative(float v) {
        float t = geluTanh(v);
        float inner = Activation.GELU_FACTOR * (1f + 3f * Activation.GELU_CUBIC * v * v);
        return 0.5f * (1f + t) + 0.5f * v * (1f - t * t) * inner;
    }
}

package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.ConnectionShape;

/** Noise that is put into outputs is found there, and gradients are those of finite differences. */
class OutputNoiseTest {
    private static final double VARIANCE = 0.25;

    private final Random random = new Random(7);

    private float[] uniform(int length) {
        float[] values = new float[length];
        for (int j = 0; j < length; j++) {
            values[j] = random.nextFloat() - 0.5f;
        }
        return values;
    }

    private static double z(float[] x, float[] w, double bias, double e) {
        double plain = bias;
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            plain += (double) x[i] * w[i];
            squares += Math.pow((double) x[i] * w[i], 2);
        }
        return plain + Math.sqrt(VARIANCE * squares) * e;
    }

    @Test
    void slopesAreThoseOfTheNoisyOutput() {
        float[] x = uniform(5);
        float[] w = uniform(5);
        float[] z = {(float) z(x, w, 0.5, -1.7)};
        OutputNoise noise = new OutputNoise(ConnectionShape.of(1, 5, 1), VARIANCE, x, w, new float[] {0.5f}, z);
        float step = 1 / 1024f;
        for (int i = 0; i < 5; i++) {
            assertEquals(difference(x, i, step, x, w), noise.slopeOfInput(0, i, 0), 1e-4);
            assertEquals(difference(w, i, step, x, w), noise.slopeOfWeight(0, i, 0), 1e-4);
        }
    }

    private static double difference(float[] varied, int i, float step, float[] x, float[] w) {
        float kept = varied[i];
        varied[i] = kept + step;
        double above = z(x, w, 0.5, -1.7);
        varied[i] = kept - step;
        double below = z(x, w, 0.5, -1.7);
        varied[i] = kept;
        return (above - below) / (2 * step);
    }

    @Test
    void noiseOfAnotherSizeIsRefused() {
        assertNull(refusal(1, 0));
        assertTrue(refusal(1.5, 0).contains("not standard normal"));
        assertTrue(refusal(1, 1).contains("not standard normal"));
        assertTrue(refusal(Double.NaN, 0).contains("not standard normal"));
    }

    private String refusal(double deviation, double mean) {
        int outputs = 2000;
        float[] x = uniform(3);
        float[] w = uniform(3 * outputs);
        float[] z = new float[outputs];
        for (int u = 0; u < outputs; u++) {
            float[] column = {w[u], w[outputs + u], w[2 * outputs + u]};
            z[u] = (float) z(x, column, 0, mean + deviation * random.nextGaussian());
        }
        OutputNoise noise = new OutputNoise(ConnectionShape.of(1, 3, outputs), VARIANCE, x, w, new float[outputs], z);
        for (int u = 0; u < outputs; u++) {
            noise.slopeOfInput(0, 0, u);
        }
        return noise.refusal();
    }
}

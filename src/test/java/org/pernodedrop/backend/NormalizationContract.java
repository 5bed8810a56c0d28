package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

/** Batch normalization against the formulas in double precision. */
public interface NormalizationContract extends BackendFixture {
    /** Rows and channels. */
    int[][] NORMALIZED = {{1, 1}, {1, 13}, {3, 207}, {13, 3}, {207, 33}, {1000, 32}, {5000, 1}};

    @Test
    default void batchesAreNormalizedAndGradientsGoBack() {
        for (int[] size : NORMALIZED) {
            normalizedAndBack(size[0], size[1], true);
            normalizedAndBack(size[0], size[1], false);
        }
    }

    private void normalizedAndBack(int rows, int channels, boolean inPlace) {
        float epsilon = 1e-3f;
        int length = rows * channels;
        String what = rows + " x " + channels;
        float[] x = Numbers.floats(1, length);
        for (int k = 0; k < length; k++) {
            // Far from 0, where a variance in one pass would be lost.
            x[k] += 50 * (k % channels) + 100;
        }
        float[] scale = Numbers.floats(2, channels);
        float[] shift = Numbers.floats(3, channels);
        float[] dy = Numbers.floats(4, length);
        double[] mean = new double[channels];
        double[] variance = new double[channels];
        for (int k = 0; k < length; k++) {
            mean[k % channels] += (double) x[k] / rows;
        }
        for (int k = 0; k < length; k++) {
            variance[k % channels] += Math.pow(x[k] - mean[k % channels], 2) / rows;
        }
        Guarded means = empty(channels);
        Guarded variances = empty(channels);
        Guarded xs = on(x);
        backend().normalizations().moments(rows, channels, xs.buffer, means.buffer, variances.buffer);
        Numbers.assertNear("mean of " + what, mean, 1e-7, means.read());
        Numbers.assertNear("variance of " + what, variance, 2e-6, variances.read());

        // From the very moments that the device has.
        float[] center = means.read();
        float[] spread = variances.read();
        double[] normal = new double[length];
        double[] y = new double[length];
        double[] dShift = new double[channels];
        double[] dScale = new double[channels];
        for (int k = 0; k < length; k++) {
            int c = k % channels;
            normal[k] = ((double) x[k] - center[c]) / Math.sqrt((double) spread[c] + epsilon);
            y[k] = scale[c] * normal[k] + shift[c];
            dShift[c] += dy[k];
            dScale[c] += dy[k] * normal[k];
        }
        double[] dx = new double[length];
        double[] sizes = new double[length];
        for (int k = 0; k < length; k++) {
            int c = k % channels;
            double factor = scale[c] / Math.sqrt((double) spread[c] + epsilon);
            dx[k] = factor * (dy[k] - dShift[c] / rows - normal[k] * dScale[c] / rows);
            sizes[k] = Math.abs(factor) * (1 + Math.abs(normal[k]));
        }
        Guarded scales = on(scale);
        Guarded ys = inPlace ? on(x) : empty(length);
        backend()
                .normalizations()
                .normalize(
                        new Normalizations.Input(
                                rows,
                                channels,
                                epsilon,
                                inPlace ? ys.buffer : xs.buffer,
                                means.buffer,
                                variances.buffer,
                                scales.buffer),
                        on(shift).buffer,
                        ys.buffer);
        Numbers.assertNear("y of " + what, y, 2e-6, ys.read());
        Guarded dys = on(dy);
        Guarded dxs = inPlace ? dys : empty(length);
        Guarded scaleGradient = empty(channels);
        Guarded shiftGradient = empty(channels);
        for (DeviceFloats wanted : new DeviceFloats[] {null, dxs.buffer}) {
            backend()
                    .normalizations()
                    .normalizeBackward(
                            new Normalizations.Input(
                                    rows, channels, epsilon, xs.buffer, means.buffer, variances.buffer, scales.buffer),
                            dys.buffer,
                            wanted,
                            scaleGradient.buffer,
                            shiftGradient.buffer);
            Numbers.assertNear("dShift of " + what, dShift, 1e-6, shiftGradient.read());
            Numbers.assertNear("dScale of " + what, dScale, 1e-5, scaleGradient.read());
        }
        Numbers.assertNear("dx of " + what, dx, sizes, 5e-6, dxs.read());
        assertArrayEquals(x, xs.read());
    }

    @Test
    default void runningMeansBlend() {
        for (float share : new float[] {0, 0.1f, 1}) {
            float[] from = Numbers.floats(5, 207);
            float[] to = Numbers.floats(6, 207);
            float[] expected = new float[207];
            for (int k = 0; k < expected.length; k++) {
                expected[k] = to[k] + share * (from[k] - to[k]);
            }
            Guarded target = on(to);
            backend().vectors().blend(share, on(from).buffer, target.buffer);
            assertArrayEquals(expected, target.read());
        }
    }
}

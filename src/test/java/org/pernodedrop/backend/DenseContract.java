package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.Activation;

/** Dense layers around their products: bias, activations, column sums. */
public interface DenseContract extends BackendFixture {
    @ParameterizedTest
    @EnumSource(Activation.class)
    default void activationsForwardAndBackward(Activation activation) {
        for (int[] shape : new int[][] {{1, 1}, {3, 13}, {33, 1}, {13, 207}, {207, 100}}) {
            forwardAndBackward(activation, shape[0], shape[1], true);
            forwardAndBackward(activation, shape[0], shape[1], false);
        }
    }

    private void forwardAndBackward(Activation activation, int samples, int outputs, boolean biased) {
        int length = samples * outputs;
        float[] z = Numbers.floats(1, length);
        float[] bias = Numbers.floats(2, outputs);
        float[] dy = Numbers.floats(3, length);
        double[] sum = new double[length];
        double[] y = new double[length];
        for (int k = 0; k < length; k++) {
            z[k] *= 6;
            sum[k] = biased ? z[k] + bias[k % outputs] : z[k];
            y[k] = ReferenceActivations.value(activation, sum[k]);
        }
        Guarded zs = on(z);
        Guarded ys = empty(length);
        backend()
                .vectors()
                .biasActivation(activation, samples, outputs, biased ? on(bias).buffer : null, zs.buffer, ys.buffer);
        Numbers.assertNear("z", sum, 2 * Numbers.ROUNDING, zs.read());
        Numbers.assertNear("y", y, 1e-6, ys.read());

        // From the very z that the device has, so that no kink lies in between.
        float[] rounded = zs.read();
        double[] dz = new double[length];
        for (int k = 0; k < length; k++) {
            dz[k] = dy[k] * ReferenceActivations.derivative(activation, rounded[k]);
        }
        Guarded dys = on(dy);
        Guarded dzs = empty(length);
        backend().vectors().activationBackward(activation, length, zs.buffer, ys.buffer, dys.buffer, dzs.buffer);
        Numbers.assertNear("dz", dz, 2e-6, dzs.read());
        backend().vectors().activationBackward(activation, length, zs.buffer, ys.buffer, dys.buffer, dys.buffer);
        assertArrayEquals(dzs.read(), dys.read(), "dz in place of dy");
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    default void activationsAtTheirEdges(Activation activation) {
        float[] z = {0f, -0f, 1e-30f, -1e-30f, 90f, -90f, 1000f, -1000f};
        Guarded zs = on(z);
        Guarded ys = empty(z.length);
        backend().vectors().biasActivation(activation, 1, z.length, null, zs.buffer, ys.buffer);
        double[] y = new double[z.length];
        double[] slopes = new double[z.length];
        float[] ones = new float[z.length];
        for (int k = 0; k < z.length; k++) {
            y[k] = ReferenceActivations.value(activation, z[k]);
            slopes[k] = ReferenceActivations.derivative(activation, z[k]);
            ones[k] = 1;
        }
        Numbers.assertNear("y", y, 1e-6, ys.read());
        Guarded dz = empty(z.length);
        backend().vectors().activationBackward(activation, z.length, zs.buffer, ys.buffer, on(ones).buffer, dz.buffer);
        Numbers.assertNear("dz", slopes, 2e-6, dz.read());
    }

    @Test
    default void linearInPlaceOnlyAddsTheBias() {
        Guarded z = on(new float[] {1, 2, 3, 4, 5, 6});
        backend()
                .vectors()
                .biasActivation(Activation.LINEAR, 2, 3, on(new float[] {10, 20, 30}).buffer, z.buffer, z.buffer);
        assertArrayEquals(new float[] {11, 22, 33, 14, 25, 36}, z.read());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 3", "3, 207", "207, 33", "100, 1001"})
    default void columnSums(int samples, int outputs) {
        float[] x = Numbers.floats(4, samples * outputs);
        float[] inOrder = new float[outputs];
        double[] exact = new double[outputs];
        double[] scale = new double[outputs];
        for (int b = 0; b < samples; b++) {
            for (int u = 0; u < outputs; u++) {
                float value = x[b * outputs + u];
                inOrder[u] += value;
                exact[u] += value;
                scale[u] += Math.abs(value);
            }
        }
        Guarded values = on(x);
        Guarded sums = empty(outputs);
        backend().vectors().columnSums(samples, outputs, values.buffer, sums.buffer);
        Numbers.assertNear("sums", exact, scale, Numbers.sumTolerance(samples), sums.read());
        if (sumsInOneOrder()) {
            assertArrayEquals(inOrder, sums.read(), "in the order of b, so the same bits");
        }
        Guarded again = empty(outputs);
        backend().vectors().columnSums(samples, outputs, values.buffer, again.buffer);
        assertArrayEquals(sums.read(), again.read(), "the same bits every time");
    }
}

package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** What every precision does alike in products with masks on connections. */
public interface PrecisionContract extends BackendFixture {
    /** Whether a weight that is not finite makes NaN of the results of all samples, also of those that drop it. */
    default boolean weightsMeetAllSamples(Noise noise) {
        return false;
    }

    private MaskDraw<LayerMask, DeviceInts> draw(Noise noise, double rate, ConnectionShape shape) {
        LayerMask layer = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, rate), 2, state(77, 5, 0f));
        return new MaskDraw<>(layer, 9, shape, null);
    }

    /** With the gradient of the weights or without: no factor of a product, and so never rounded. */
    @ParameterizedTest
    @CsvSource({"37, 1, 13, 33, 0.5", "1029, 1, 5, 7, 0.3", "5, 7, 13, 33, 0.5", "13, 4, 3, 8, 0"})
    default void theBiasGradientSumsWhatIsNotRounded(int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        double[] db = new double[outputs];
        double[] scale = new double[outputs];
        for (int k = 0; k < dz.length; k++) {
            db[k % outputs] += dz[k];
            scale[k % outputs] += Math.abs(dz[k]);
        }
        DeviceFloats x = on(Numbers.floats(1, (int) shape.inputSize())).buffer;
        DeviceFloats w = on(Numbers.floats(2, (int) shape.weightSize())).buffer;
        for (boolean weights : new boolean[] {false, true}) {
            DeviceFloats dw = weights ? empty((int) shape.weightSize()).buffer : null;
            Guarded sums = empty(outputs);
            backend()
                    .maskedProducts()
                    .backward(
                            draw(Noise.BERNOULLI, rate, shape),
                            new BackwardPass<>(x, w, on(dz).buffer, null, dw, sums.buffer));
            Numbers.assertNear("db", db, scale, Numbers.sumTolerance(shape.rows()), sums.read());
        }
    }

    /** No more is the bias, and operands stay what they were. */
    @Test
    default void theBiasIsNotRounded() {
        ConnectionShape shape = ConnectionShape.of(3, 2, 37);
        float[] bias = Numbers.floats(3, 37);
        float[] x = Numbers.floats(1, 6);
        Guarded xs = on(x);
        Guarded ws = on(new float[2 * 37]);
        Guarded z = empty(3 * 37);
        backend()
                .maskedProducts()
                .forward(
                        draw(Noise.BERNOULLI, 0.5, shape),
                        new ForwardPass<>(
                                Activation.LINEAR, xs.buffer, ws.buffer, on(bias).buffer, z.buffer, z.buffer));
        float[] read = z.read();
        for (int k = 0; k < read.length; k++) {
            assertEquals(bias[k % 37], read[k]);
        }
        assertArrayEquals(x, xs.read());
        assertArrayEquals(new float[2 * 37], ws.read());
    }

    /** Of connections that are kept; NaN and infinity stay, and a number beyond the largest bf16 becomes infinite. */
    @ParameterizedTest
    @EnumSource(Noise.class)
    default void factorsThatAreNotFiniteStaySo(Noise noise) {
        // Weights times normals may overflow where weights alone do not.
        int finite = noise.usesNormals() ? 3 : MatrixContract.SPECIAL.length;
        float[] special = Arrays.copyOf(MatrixContract.SPECIAL, finite);
        ConnectionShape inputs = ConnectionShape.of(special.length, 1, 33);
        float[] quarters = new float[33];
        Arrays.fill(quarters, 0.25f);
        float[] z = product(noise, inputs, special, quarters);
        MaskDraw<LayerMask, DeviceInts> draw = draw(noise, 0.5, inputs);
        double[] rounded = ReferenceRounding.of(connectionFactors(1), special);
        for (int k = 0; k < z.length; k++) {
            requireProduct(rounded[k / 33], draw.mask().current().value(9 + k / 33, 0, k % 33), z[k]);
        }
        ConnectionShape weights = ConnectionShape.of(33, 1, special.length);
        z = product(noise, weights, quarters, special);
        for (int k = 0; k < z.length; k++) {
            int output = k % special.length;
            if (weightsMeetAllSamples(noise) && !Double.isFinite(rounded[output])) {
                assertEquals(Float.NaN, z[k]);
                continue;
            }
            requireProduct(rounded[output], draw.mask().current().value(9 + k / special.length, 0, output), z[k]);
        }
    }

    private float[] product(Noise noise, ConnectionShape shape, float[] x, float[] w) {
        Guarded z = empty((int) shape.outputSize());
        backend()
                .maskedProducts()
                .forward(
                        draw(noise, 0.5, shape),
                        new ForwardPass<>(Activation.LINEAR, on(x).buffer, on(w).buffer, null, z.buffer, z.buffer));
        return z.read();
    }

    private static void requireProduct(double factor, float kept, float actual) {
        if (kept != 0) {
            double expected = 0.25 * factor * kept;
            if (Double.isNaN(expected) || Math.abs(expected) > Float.MAX_VALUE) {
                assertEquals((float) expected, actual);
            } else {
                assertEquals(expected, actual, Math.abs(expected) * 1e-4);
            }
        }
    }
}

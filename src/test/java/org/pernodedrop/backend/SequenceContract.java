package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Products with masks that the positions of a sample share, against plain loops over an explicit mask. */
public interface SequenceContract extends BackendFixture {
    @ParameterizedTest
    @CsvSource({
        "1, 2, 1, 1, 0.5",
        "3, 5, 13, 33, 0.3",
        "2, 13, 207, 31, 0.1",
        "17, 3, 64, 32, 0.5",
        "1, 65, 100, 207, 0.3",
        "5, 33, 129, 130, 0.25",
        "3, 16, 64, 128, 0.5",
        "2, 207, 31, 64, 0.8",
        "4, 7, 545, 3, 0.5",
        "3, 4, 17, 29, 0"
    })
    default void sequencesAreThoseOfTheExplicitMask(int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        for (Noise noise : Noise.values()) {
            MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, rate);
            sequences(new LayerMask(spec, 2, state(77, 1000, 0f)), 9, shape);
        }
    }

    private void sequences(LayerMask layer, int firstSample, ConnectionShape shape) {
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] w = Numbers.floats(2, (int) shape.weightSize());
        float[] bias = Numbers.floats(3, shape.outputs());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        ReferenceProducts expected = new ReferenceProducts(
                Activation.LINEAR,
                shape.rows(),
                shape.inputs(),
                shape.outputs(),
                Numbers.doubles(x),
                Numbers.doubles(w),
                Numbers.doubles(bias),
                Numbers.doubles(dz),
                explicit(layer.current(), firstSample, shape));
        String name = layer.spec().noise() + " ";

        Guarded xs = on(x);
        Guarded ws = on(w);
        Guarded z = empty(dz.length);
        Guarded y = empty(dz.length);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, firstSample, shape, null),
                        new ForwardPass<>(Activation.TANH, xs.buffer, ws.buffer, on(bias).buffer, z.buffer, y.buffer));
        Numbers.assertNear(name + "z", expected.z, expected.zScale, sumTolerance(shape.inputs()), z.read());
        double[] activated =
                Arrays.stream(Numbers.doubles(z.read())).map(Math::tanh).toArray();
        Numbers.assertNear(name + "y", activated, 1e-6, y.read());

        Guarded dx = empty(x.length);
        Guarded dw = empty(w.length);
        Guarded dzs = on(dz);
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, firstSample, shape, null),
                        new BackwardPass<>(xs.buffer, ws.buffer, dzs.buffer, dx.buffer, dw.buffer, null));
        Numbers.assertNear(name + "dx", expected.dx, expected.dxScale, sumTolerance(shape.outputs()), dx.read());
        Numbers.assertNear(name + "dw", expected.dw, expected.dwScale, sumTolerance(shape.rows()), dw.read());

        Guarded onlyDw = empty(w.length);
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, firstSample, shape, null),
                        new BackwardPass<>(xs.buffer, ws.buffer, dzs.buffer, null, onlyDw.buffer, null));
        assertArrayEquals(dw.read(), onlyDw.read(), "dw without dx");
    }

    private double sumTolerance(int terms) {
        return Numbers.sumTolerance(terms) + normalTolerance() + sequenceTolerance();
    }

    /** {@code [B T, I, U]}: the mask of a sample, once for each of its positions. */
    private static double[] explicit(Mask mask, int firstSample, ConnectionShape shape) {
        int size = shape.inputs() * shape.outputs();
        double[] values = new double[shape.rows() * size];
        for (int row = 0; row < shape.rows(); row++) {
            for (int k = 0; k < size; k++) {
                int sample = firstSample + row / shape.positions();
                values[row * size + k] = mask.value(sample, k / shape.outputs(), k % shape.outputs());
            }
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    default void shardsOfSequencesGiveTheResultsOfTheWholeBatch(Noise noise) {
        ConnectionShape shape = new ConnectionShape(7, 19, 50, 70);
        LayerMask layer = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), 1, state(4, 6, 0f));
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        Guarded w = on(Numbers.floats(2, (int) shape.weightSize()));
        float[][] whole = passes(layer, 0, shape, x, dz, w);
        int perX = shape.positions() * shape.inputs();
        int perZ = shape.positions() * shape.outputs();
        double[] dw = new double[whole[2].length];
        for (int from = 0; from < shape.samples(); from += 3) {
            int to = Math.min(shape.samples(), from + 3);
            float[][] shard = passes(
                    layer,
                    from,
                    new ConnectionShape(to - from, shape.positions(), shape.inputs(), shape.outputs()),
                    Arrays.copyOfRange(x, from * perX, to * perX),
                    Arrays.copyOfRange(dz, from * perZ, to * perZ),
                    w);
            near("z", Arrays.copyOfRange(whole[0], from * perZ, to * perZ), shard[0], shape.inputs());
            near("dx", Arrays.copyOfRange(whole[1], from * perX, to * perX), shard[1], shape.outputs());
            for (int k = 0; k < dw.length; k++) {
                dw[k] += shard[2][k];
            }
        }
        near("dw", Numbers.narrow(dw), whole[2], shape.rows());
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    default void everyPositionIsMultipliedAsIfAlone(Noise noise) {
        ConnectionShape shape = new ConnectionShape(5, 6, 37, 45);
        LayerMask layer = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, 0.4), 1, state(4, 6, 0f));
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        Guarded w = on(Numbers.floats(2, (int) shape.weightSize()));
        float[][] together = passes(layer, 3, shape, x, dz, w);
        double[] dw = new double[together[2].length];
        ConnectionShape single = ConnectionShape.of(shape.samples(), shape.inputs(), shape.outputs());
        for (int t = 0; t < shape.positions(); t++) {
            float[][] alone = passes(
                    layer,
                    3,
                    single,
                    position(x, t, shape, shape.inputs()),
                    position(dz, t, shape, shape.outputs()),
                    w);
            near("z", alone[0], position(together[0], t, shape, shape.outputs()), shape.inputs());
            near("dx", alone[1], position(together[1], t, shape, shape.inputs()), shape.outputs());
            for (int k = 0; k < dw.length; k++) {
                dw[k] += alone[2][k];
            }
        }
        near("dw", Numbers.narrow(dw), together[2], shape.rows());
        assertFalse(Arrays.equals(together[0], passes(layer, 4, shape, x, dz, w)[0]), "another sample, another mask");
    }

    private static float[] position(float[] from, int t, ConnectionShape shape, int width) {
        float[] rows = new float[shape.samples() * width];
        for (int b = 0; b < shape.samples(); b++) {
            System.arraycopy(from, (b * shape.positions() + t) * width, rows, b * width, width);
        }
        return rows;
    }

    // Sums of so many terms, which are of the order of 1.
    private void near(String what, float[] expected, float[] actual, int terms) {
        double[] scale = new double[expected.length];
        Arrays.fill(scale, terms);
        Numbers.assertNear(what, Numbers.doubles(expected), scale, 2 * sumTolerance(terms), actual);
    }

    private float[][] passes(LayerMask layer, int first, ConnectionShape shape, float[] x, float[] dz, Guarded w) {
        Guarded xs = on(x);
        Guarded z = empty(dz.length);
        Guarded dx = empty(x.length);
        Guarded dw = empty((int) shape.weightSize());
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, first, shape, null),
                        new ForwardPass<>(Activation.LINEAR, xs.buffer, w.buffer, null, z.buffer, z.buffer));
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, first, shape, null),
                        new BackwardPass<>(xs.buffer, w.buffer, on(dz).buffer, dx.buffer, dw.buffer, null));
        return new float[][] {z.read(), dx.read(), dw.read()};
    }
}

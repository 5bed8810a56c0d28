package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

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
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** PerNodeDrop products, with one position a sample or several that share its mask, against loops over an explicit mask. */
public interface MaskedProductContract extends BackendFixture {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 1, 0.5",
        "3, 1, 13, 33, 0.5",
        "13, 1, 3, 1, 0.3",
        "1, 1, 207, 13, 0.1",
        "33, 1, 1, 64, 0.4",
        "32, 1, 64, 32, 0.5",
        "16, 1, 33, 207, 0.3",
        "64, 1, 100, 13, 0.5",
        "17, 1, 32, 100, 0",
        "100, 1, 13, 33, 0.8",
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
    default void productsAreThoseOfTheExplicitMask(int samples, int positions, int inputs, int outputs, double rate) {
        ConnectionShape shape = new ConnectionShape(samples, positions, inputs, outputs);
        for (Noise noise : Noise.values()) {
            products(connections(noise, rate, 2, state(77, 1000, 0f)), 9, shape);
        }
    }

    private static LayerMask connections(Noise noise, double rate, int layer, StepState state) {
        return new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, rate), layer, state);
    }

    private void products(LayerMask layer, int firstSample, ConnectionShape shape) {
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] w = Numbers.floats(2, (int) shape.weightSize());
        float[] bias = Numbers.floats(3, shape.outputs());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        boolean unmasked = layer.spec().isIdentity();
        Precision factors = unmasked ? matrixFactors() : connectionFactors(shape.positions());
        ReferenceProducts expected = new ReferenceProducts(
                Activation.LINEAR,
                shape.rows(),
                shape.inputs(),
                shape.outputs(),
                ReferenceRounding.of(factors, x),
                ReferenceRounding.of(factors, w),
                Numbers.doubles(bias),
                ReferenceRounding.of(factors, dz),
                explicit(layer.current(), firstSample, shape));
        String name = layer.spec().noise() + " ";
        double rounding =
                unmasked ? matrixTolerance() : connectionTolerance(layer.spec().noise(), shape.positions());
        double tolerance = normalTolerance() + rounding;

        Guarded xs = on(x);
        Guarded ws = on(w);
        Guarded z = empty(dz.length);
        Guarded y = empty(dz.length);
        MaskDraw<LayerMask, DeviceInts> draw = new MaskDraw<>(layer, firstSample, shape, null);
        MaskedProducts operations = backend().maskedProducts();
        operations.forward(
                draw, new ForwardPass<>(Activation.TANH, xs.buffer, ws.buffer, on(bias).buffer, z.buffer, y.buffer));
        Numbers.assertNear(
                name + "z", expected.z, expected.zScale, Numbers.sumTolerance(shape.inputs()) + tolerance, z.read());
        double[] activated =
                Arrays.stream(Numbers.doubles(z.read())).map(Math::tanh).toArray();
        Numbers.assertNear(name + "y", activated, 1e-6, y.read());

        float[][] gradients = backward(layer, firstSample, shape, null, xs, ws, on(dz));
        Numbers.assertNear(
                name + "dx",
                expected.dx,
                expected.dxScale,
                Numbers.sumTolerance(shape.outputs()) + tolerance,
                gradients[0]);
        Numbers.assertNear(
                name + "dw",
                expected.dw,
                expected.dwScale,
                Numbers.sumTolerance(shape.rows()) + tolerance,
                gradients[1]);
        Guarded onlyDw = empty(w.length);
        operations.backward(draw, new BackwardPass<>(xs.buffer, ws.buffer, on(dz).buffer, null, onlyDw.buffer, null));
        assertArrayEquals(gradients[1], onlyDw.read(), "dw without dx");
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
    @EnumSource(Activation.class)
    default void forwardActivatesAsOnItsOwn(Activation activation) {
        Guarded z = empty(13 * 64);
        Guarded y = empty(13 * 64);
        forward(activation, z, y);
        Guarded again = empty(13 * 64);
        backend().vectors().biasActivation(activation, 13, 64, null, z.buffer, again.buffer);
        assertArrayEquals(again.read(), y.read());
    }

    @Test
    default void linearForwardMayBeInPlace() {
        Guarded z = empty(13 * 64);
        Guarded y = empty(13 * 64);
        forward(Activation.LINEAR, z, y);
        Guarded both = empty(13 * 64);
        forward(Activation.LINEAR, both, both);
        assertArrayEquals(z.read(), y.read());
        assertArrayEquals(z.read(), both.read());
    }

    private void forward(Activation activation, Guarded z, Guarded y) {
        LayerMask layer = connections(Noise.BERNOULLI, 0.5, 0, state(1, 2, 0f));
        DeviceFloats x = on(Numbers.floats(1, 13 * 33)).buffer;
        DeviceFloats w = on(Numbers.floats(2, 33 * 64)).buffer;
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, 0, ConnectionShape.of(13, 33, 64), null),
                        new ForwardPass<>(activation, x, w, null, z.buffer, y.buffer));
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    default void shardsGiveTheResultsOfTheWholeBatch(Noise noise) {
        shards(noise, ConnectionShape.of(37, 50, 70), 13);
        shards(noise, new ConnectionShape(7, 19, 50, 70), 3);
    }

    private void shards(Noise noise, ConnectionShape shape, int step) {
        LayerMask layer = connections(noise, 0.3, 1, state(4, 6, 0f));
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        Guarded w = on(Numbers.floats(2, (int) shape.weightSize()));
        Results whole = passes(layer, 0, shape, x, dz, w);
        double rounding = connectionTolerance(noise, shape.positions());
        int perX = shape.positions() * shape.inputs();
        int perZ = shape.positions() * shape.outputs();
        double[] dw = new double[whole.dw.length];
        for (int from = 0; from < shape.samples(); from += step) {
            int to = Math.min(shape.samples(), from + step);
            Results shard = passes(
                    layer,
                    from,
                    new ConnectionShape(to - from, shape.positions(), shape.inputs(), shape.outputs()),
                    Arrays.copyOfRange(x, from * perX, to * perX),
                    Arrays.copyOfRange(dz, from * perZ, to * perZ),
                    w);
            float[] z = Arrays.copyOfRange(whole.z, from * perZ, to * perZ);
            float[] dx = Arrays.copyOfRange(whole.dx, from * perX, to * perX);
            if (shape.positions() == 1 && sumsInOneOrder()) {
                assertArrayEquals(z, shard.z, "z");
                assertArrayEquals(dx, shard.dx, "dx");
            } else {
                near("z", z, shard.z, shape.inputs(), rounding);
                near("dx", dx, shard.dx, shape.outputs(), rounding);
            }
            Arrays.setAll(dw, k -> dw[k] + shard.dw[k]);
        }
        near("dw", Numbers.narrow(dw), whole.dw, shape.rows(), rounding);
    }

    // Of so many terms, which are at most 1 on the mean.
    private static void near(String what, float[] expected, float[] actual, int terms, double rounding) {
        double[] scale = new double[expected.length];
        Arrays.fill(scale, terms);
        double tolerance = 2 * (Numbers.sumTolerance(terms) + rounding);
        Numbers.assertNear(what, Numbers.doubles(expected), scale, tolerance, actual);
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    default void everyPositionIsMultipliedAsIfAlone(Noise noise) {
        ConnectionShape shape = new ConnectionShape(5, 6, 37, 45);
        LayerMask layer = connections(noise, 0.4, 1, state(4, 6, 0f));
        float[] x = Numbers.floats(1, (int) shape.inputSize());
        float[] dz = Numbers.floats(4, (int) shape.outputSize());
        Guarded w = on(Numbers.floats(2, (int) shape.weightSize()));
        Results together = passes(layer, 3, shape, x, dz, w);
        double[] dw = new double[together.dw.length];
        double rounding = connectionTolerance(noise, shape.positions()) + connectionTolerance(noise, 1);
        ConnectionShape single = ConnectionShape.of(shape.samples(), shape.inputs(), shape.outputs());
        for (int t = 0; t < shape.positions(); t++) {
            float[] xOfOne = position(x, t, shape, shape.inputs());
            Results alone = passes(layer, 3, single, xOfOne, position(dz, t, shape, shape.outputs()), w);
            float[] z = position(together.z, t, shape, shape.outputs());
            near("z", alone.z, z, shape.inputs(), rounding);
            near("dx", alone.dx, position(together.dx, t, shape, shape.inputs()), shape.outputs(), rounding);
            Arrays.setAll(dw, k -> dw[k] + alone.dw[k]);
        }
        near("dw", Numbers.narrow(dw), together.dw, shape.rows(), rounding);
        assertFalse(Arrays.equals(together.z, passes(layer, 4, shape, x, dz, w).z), "another sample, another mask");
    }

    private static float[] position(float[] from, int t, ConnectionShape shape, int width) {
        float[] rows = new float[shape.samples() * width];
        for (int b = 0; b < shape.samples(); b++) {
            System.arraycopy(from, (b * shape.positions() + t) * width, rows, b * width, width);
        }
        return rows;
    }

    @Test
    default void everyStepDrawsAnew() {
        StepState state = state(4, 6, 0f);
        LayerMask layer = connections(Noise.BERNOULLI, 0.5, 1, state);
        ConnectionShape shape = ConnectionShape.of(3, 13, 33);
        float[] x = Numbers.floats(1, 3 * 13);
        float[] dz = Numbers.floats(4, 3 * 33);
        Guarded w = on(Numbers.floats(2, 13 * 33));
        Results first = passes(layer, 0, shape, x, dz, w);
        backend().optimizers().advance(state);
        Results second = passes(layer, 0, shape, x, dz, w);
        state.setStep(6);
        Results again = passes(layer, 0, shape, x, dz, w);
        assertFalse(Arrays.equals(first.z, second.z));
        assertFalse(Arrays.equals(first.dx, second.dx));
        assertFalse(Arrays.equals(first.dw, second.dw));
        assertArrayEquals(first.z, again.z);
        assertArrayEquals(first.dx, again.dx);
        assertArrayEquals(first.dw, again.dw);
    }

    /**
     * Masks that the forward pass packs for the backward pass give what drawing them twice gives: the same floats, or, where
     * the order of a sum follows how the mask is had, the same sums.
     */
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0.5",
        "3, 13, 33, 0.3",
        "13, 3, 1, 0.3",
        "1, 207, 13, 0.1",
        "33, 1, 64, 0.4",
        "16, 33, 207, 0.3",
        "64, 100, 545, 0.5",
        "207, 67, 31, 0.25",
        "17, 32, 100, 0"
    })
    default void packedIsDrawnTwice(int samples, int inputs, int outputs, double rate) {
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        StepState state = state(77, 1000, 0f);
        LayerMask layer = connections(Noise.BERNOULLI, rate, 2, state);
        Guarded x = on(Numbers.floats(1, samples * inputs));
        Guarded w = on(Numbers.floats(2, inputs * outputs));
        Guarded dz = on(Numbers.floats(4, samples * outputs));
        DeviceInts packed = on(new int[(int) backend().maskedProducts().packedLength(shape)]);

        float[] drawnForward = forward(layer, 9, shape, null, x, w);
        float[][] drawn = backward(layer, 9, shape, null, x, w, dz);
        assertArrayEquals(drawnForward, forward(layer, 9, shape, packed, x, w), "z");
        float[][] read = backward(layer, 9, shape, packed, x, w, dz);
        if (sumsInOneOrder()) {
            assertArrayEquals(drawn[0], read[0], "dx");
            assertArrayEquals(drawn[1], read[1], "dw");
        } else {
            assertNear("dx", drawn[0], read[0], outputs, rate);
            assertNear("dw", drawn[1], read[1], samples, rate);
        }

        if (rate > 0 && samples > 1 && inputs > 1) {
            // Bits that are read stay those of the forward pass, whatever the step has become.
            backend().optimizers().advance(state);
            assertArrayEquals(read[1], backward(layer, 9, shape, packed, x, w, dz)[1], "dw at another step");
            assertFalse(Arrays.equals(drawn[1], backward(layer, 9, shape, null, x, w, dz)[1]));
        }
    }

    // No factor is above 1 in size, so no term is above 1 / (1 - rate).
    private static void assertNear(String what, float[] drawn, float[] read, int terms, double rate) {
        double[] scale = new double[drawn.length];
        Arrays.fill(scale, terms / (1 - rate));
        Numbers.assertNear(what, Numbers.doubles(drawn), scale, 2 * Numbers.sumTolerance(terms), read);
    }

    /** What the passes wrote. */
    record Results(float[] z, float[] dx, float[] dw) {}

    private Results passes(LayerMask layer, int first, ConnectionShape shape, float[] x, float[] dz, Guarded w) {
        Guarded xs = on(x);
        float[] z = forward(layer, first, shape, null, xs, w);
        float[][] gradients = backward(layer, first, shape, null, xs, w, on(dz));
        return new Results(z, gradients[0], gradients[1]);
    }

    private float[] forward(
            LayerMask layer, int first, ConnectionShape shape, DeviceInts packed, Guarded x, Guarded w) {
        Guarded z = empty((int) shape.outputSize());
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, first, shape, packed),
                        new ForwardPass<>(Activation.LINEAR, x.buffer, w.buffer, null, z.buffer, z.buffer));
        return z.read();
    }

    /** dx and dw. */
    private float[][] backward(
            LayerMask layer, int first, ConnectionShape shape, DeviceInts packed, Guarded x, Guarded w, Guarded dz) {
        Guarded dx = empty((int) shape.inputSize());
        Guarded dw = empty((int) shape.weightSize());
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, first, shape, packed),
                        new BackwardPass<>(x.buffer, w.buffer, dz.buffer, dx.buffer, dw.buffer, null));
        return new float[][] {dx.read(), dw.read()};
    }
}

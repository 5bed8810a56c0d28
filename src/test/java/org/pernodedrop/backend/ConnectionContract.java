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
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** PerNodeDrop products against plain loops over an explicit mask. */
public interface ConnectionContract extends BackendFixture {
    @ParameterizedTest
    @CsvSource({
        "1, 1, 1, 0.5",
        "3, 13, 33, 0.5",
        "13, 3, 1, 0.3",
        "1, 207, 13, 0.1",
        "33, 1, 64, 0.4",
        "32, 64, 32, 0.5",
        "16, 33, 207, 0.3",
        "64, 100, 13, 0.5",
        "17, 32, 100, 0",
        "100, 13, 33, 0.8"
    })
    default void productsAreThoseOfTheExplicitMask(int samples, int inputs, int outputs, double rate) {
        for (Noise noise : Noise.values()) {
            MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, rate);
            products(new LayerMask(spec, 2, state(77, 1000, 0f)), 9, samples, inputs, outputs);
        }
    }

    private void products(LayerMask layer, int firstSample, int samples, int inputs, int outputs) {
        float[] x = Numbers.floats(1, samples * inputs);
        float[] w = Numbers.floats(2, inputs * outputs);
        float[] bias = Numbers.floats(3, outputs);
        float[] dz = Numbers.floats(4, samples * outputs);
        ReferenceProducts expected = new ReferenceProducts(
                Activation.LINEAR,
                samples,
                inputs,
                outputs,
                Numbers.doubles(x),
                Numbers.doubles(w),
                Numbers.doubles(bias),
                Numbers.doubles(dz),
                explicit(layer.current(), firstSample, samples, inputs, outputs));
        String name = layer.spec().noise() + " ";

        Guarded xs = on(x);
        Guarded ws = on(w);
        Guarded z = empty(dz.length);
        Guarded y = empty(dz.length);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, firstSample, ConnectionShape.of(samples, inputs, outputs), null),
                        new ForwardPass<>(Activation.TANH, xs.buffer, ws.buffer, on(bias).buffer, z.buffer, y.buffer));
        Numbers.assertNear(name + "z", expected.z, expected.zScale, tolerance(inputs), z.read());
        double[] activated =
                Arrays.stream(Numbers.doubles(z.read())).map(Math::tanh).toArray();
        Numbers.assertNear(name + "y", activated, 1e-6, y.read());

        Guarded dx = empty(x.length);
        Guarded dw = empty(w.length);
        Guarded dzs = on(dz);
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, firstSample, ConnectionShape.of(samples, inputs, outputs), null),
                        new BackwardPass<>(xs.buffer, ws.buffer, dzs.buffer, dx.buffer, dw.buffer, null));
        Numbers.assertNear(name + "dx", expected.dx, expected.dxScale, tolerance(outputs), dx.read());
        Numbers.assertNear(name + "dw", expected.dw, expected.dwScale, tolerance(samples), dw.read());

        Guarded onlyDw = empty(w.length);
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, firstSample, ConnectionShape.of(samples, inputs, outputs), null),
                        new BackwardPass<>(xs.buffer, ws.buffer, dzs.buffer, null, onlyDw.buffer, null));
        assertArrayEquals(dw.read(), onlyDw.read(), "dw without dx");
    }

    private double tolerance(int terms) {
        return Numbers.sumTolerance(terms) + normalTolerance();
    }

    private static double[] explicit(Mask mask, int firstSample, int samples, int inputs, int outputs) {
        double[] values = new double[samples * inputs * outputs];
        for (int k = 0; k < values.length; k++) {
            values[k] = mask.value(firstSample + k / outputs / inputs, k / outputs % inputs, k % outputs);
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(Activation.class)
    default void forwardActivatesAsOnItsOwn(Activation activation) {
        LayerMask layer = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), 0, state(1, 2, 0f));
        Guarded x = on(Numbers.floats(1, 13 * 33));
        Guarded w = on(Numbers.floats(2, 33 * 64));
        Guarded z = empty(13 * 64);
        Guarded y = empty(13 * 64);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, 0, ConnectionShape.of(13, 33, 64), null),
                        new ForwardPass<>(activation, x.buffer, w.buffer, null, z.buffer, y.buffer));
        Guarded again = empty(13 * 64);
        backend().vectors().biasActivation(activation, 13, 64, null, z.buffer, again.buffer);
        assertArrayEquals(again.read(), y.read());
    }

    @Test
    default void linearForwardMayBeInPlace() {
        LayerMask layer = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), 0, state(1, 2, 0f));
        Guarded x = on(Numbers.floats(1, 13 * 33));
        Guarded w = on(Numbers.floats(2, 33 * 64));
        Guarded z = empty(13 * 64);
        Guarded y = empty(13 * 64);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, 0, ConnectionShape.of(13, 33, 64), null),
                        new ForwardPass<>(Activation.LINEAR, x.buffer, w.buffer, null, z.buffer, y.buffer));
        Guarded both = empty(13 * 64);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, 0, ConnectionShape.of(13, 33, 64), null),
                        new ForwardPass<>(Activation.LINEAR, x.buffer, w.buffer, null, both.buffer, both.buffer));
        assertArrayEquals(z.read(), y.read());
        assertArrayEquals(z.read(), both.read());
    }

    @ParameterizedTest
    @EnumSource(Noise.class)
    default void shardsGiveTheResultsOfTheWholeBatch(Noise noise) {
        int samples = 37;
        int inputs = 50;
        int outputs = 70;
        LayerMask layer = new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, 0.3), 1, state(4, 6, 0f));
        float[] x = Numbers.floats(1, samples * inputs);
        float[] dz = Numbers.floats(4, samples * outputs);
        Guarded w = on(Numbers.floats(2, inputs * outputs));
        Results whole = run(layer, 0, samples, inputs, outputs, x, dz, w);
        for (int from = 0; from < samples; from += 13) {
            int to = Math.min(samples, from + 13);
            Results shard = run(
                    layer,
                    from,
                    to - from,
                    inputs,
                    outputs,
                    Arrays.copyOfRange(x, from * inputs, to * inputs),
                    Arrays.copyOfRange(dz, from * outputs, to * outputs),
                    w);
            assertSameSums("z", Arrays.copyOfRange(whole.z, from * outputs, to * outputs), shard.z, inputs);
            assertSameSums("dx", Arrays.copyOfRange(whole.dx, from * inputs, to * inputs), shard.dx, outputs);
        }
    }

    // Of so many terms, which are at most 1 on the mean.
    private void assertSameSums(String what, float[] expected, float[] actual, int terms) {
        if (sumsInOneOrder()) {
            assertArrayEquals(expected, actual, what);
        } else {
            double[] scale = new double[expected.length];
            Arrays.fill(scale, terms);
            Numbers.assertNear(what, Numbers.doubles(expected), scale, 2 * Numbers.sumTolerance(terms), actual);
        }
    }

    @Test
    default void everyStepDrawsAnew() {
        StepState state = state(4, 6, 0f);
        LayerMask layer = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5), 1, state);
        float[] x = Numbers.floats(1, 3 * 13);
        float[] dz = Numbers.floats(4, 3 * 33);
        Guarded w = on(Numbers.floats(2, 13 * 33));
        Results first = run(layer, 0, 3, 13, 33, x, dz, w);
        backend().optimizers().advance(state);
        Results second = run(layer, 0, 3, 13, 33, x, dz, w);
        state.setStep(6);
        Results again = run(layer, 0, 3, 13, 33, x, dz, w);
        assertFalse(Arrays.equals(first.z, second.z));
        assertFalse(Arrays.equals(first.dx, second.dx));
        assertFalse(Arrays.equals(first.dw, second.dw));
        assertArrayEquals(first.z, again.z);
        assertArrayEquals(first.dx, again.dx);
        assertArrayEquals(first.dw, again.dw);
    }

    /** What the passes wrote. */
    record Results(float[] z, float[] dx, float[] dw) {}

    private Results run(
            LayerMask layer, int first, int samples, int inputs, int outputs, float[] x, float[] dz, Guarded w) {
        Guarded xs = on(x);
        Guarded z = empty(dz.length);
        Guarded dx = empty(x.length);
        Guarded dw = empty(inputs * outputs);
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, first, ConnectionShape.of(samples, inputs, outputs), null),
                        new ForwardPass<>(Activation.LINEAR, xs.buffer, w.buffer, null, z.buffer, z.buffer));
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, first, ConnectionShape.of(samples, inputs, outputs), null),
                        new BackwardPass<>(xs.buffer, w.buffer, on(dz).buffer, dx.buffer, dw.buffer, null));
        return new Results(z.read(), dx.read(), dw.read());
    }
}

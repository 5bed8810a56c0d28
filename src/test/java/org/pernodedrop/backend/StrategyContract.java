package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/** The strategies that compute a layer with a mask on every connection, and the operations that they are made of. */
public interface StrategyContract extends BackendFixture {
    /** Index of row 0 in the global batch. */
    int FIRST_SAMPLE = 9;

    @ParameterizedTest
    @CsvSource({
        "BERNOULLI, 1, 1, 1, 0.5",
        "BERNOULLI, 3, 13, 33, 0.5",
        "BERNOULLI, 13, 207, 31, 0.3",
        "BERNOULLI, 37, 64, 64, 0.1",
        "GAUSSIAN, 13, 33, 65, 0.4",
        "PARTIAL_GAUSSIAN, 5, 100, 13, 0.3"
    })
    default void strategiesThatDrawTheMaskAgree(Noise noise, int samples, int inputs, int outputs, double rate) {
        LayerMask mask = mask(noise, rate);
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        Passed fused = pass(Strategy.FUSED, mask, shape);
        if (noise == Noise.BERNOULLI) {
            Passed packed = pass(Strategy.PACKED, mask, shape);
            assertNear(fused, packed, shape, 1);
        }
        Passed materialized = pass(Strategy.MATERIALIZED, mask, shape);
        assertNear(fused, materialized, shape, 1);
    }

    /** Against its formula in double precision, with the noise of the definition. */
    @ParameterizedTest
    @CsvSource({"1, 1, 1, 0.5", "3, 13, 33, 0.3", "17, 207, 31, 0.5", "33, 31, 100, 0.8"})
    default void reparameterizedIsItsFormula(int samples, int inputs, int outputs, double rate) {
        LayerMask layer = mask(Noise.GAUSSIAN, rate);
        ConnectionShape shape = ConnectionShape.of(samples, inputs, outputs);
        Passed passed = pass(Strategy.REPARAMETERIZED, layer, shape);
        float[] x = Numbers.floats(1, samples * inputs);
        float[] w = Numbers.floats(2, inputs * outputs);
        float[] dz = Numbers.floats(3, samples * outputs);
        Mask mask = layer.current();
        double[] z = new double[samples * outputs];
        double[] dx = new double[samples * inputs];
        double[] dw = new double[inputs * outputs];
        for (int b = 0; b < samples; b++) {
            for (int u = 0; u < outputs; u++) {
                double noise = mask.value(FIRST_SAMPLE + b, 0, u) - 1.0;
                double mean = 0;
                double variance = 0;
                for (int i = 0; i < inputs; i++) {
                    double product = (double) x[b * inputs + i] * w[i * outputs + u];
                    mean += product;
                    variance += product * product;
                }
                z[b * outputs + u] = mean + Math.sqrt(variance) * noise;
                double gradient = dz[b * outputs + u];
                double ofVariance = gradient * noise / (2 * Math.sqrt(variance));
                for (int i = 0; i < inputs; i++) {
                    double xi = x[b * inputs + i];
                    double wi = w[i * outputs + u];
                    dx[b * inputs + i] += gradient * wi + ofVariance * 2 * xi * wi * wi;
                    dw[i * outputs + u] += gradient * xi + ofVariance * 2 * wi * xi * xi;
                }
            }
        }
        Passed expected = new Passed(Numbers.narrow(z), Numbers.narrow(dx), Numbers.narrow(dw), passed.db);
        assertNear(expected, passed, shape, 4);
    }

    @Test
    default void noVarianceGivesNoGradientAndNoNaN() {
        LayerMask mask = mask(Noise.GAUSSIAN, 0.5);
        Guarded variance = on(new float[] {0, 4, 0});
        Guarded z = on(new float[] {1, 1, 1});
        backend().masks().reparameterize(mask, 0, 1, 3, variance.buffer, z.buffer);
        float noise = mask.current().value(0, 0, 1) - 1;
        assertArrayEquals(new float[] {1, 1 + 2 * noise, 1}, z.read(), (float) normalTolerance() * 2);
        Guarded dz = on(new float[] {3, 8, 3});
        backend().masks().reparameterizeBackward(mask, 0, 1, 3, variance.buffer, dz.buffer, dz.buffer);
        assertArrayEquals(new float[] {0, 8 * noise / 4, 0}, dz.read(), (float) normalTolerance() * 2);
    }

    @Test
    default void shardsOfABatchAreReparameterizedAsTheWhole() {
        LayerMask mask = mask(Noise.GAUSSIAN, 0.3);
        float[] variance = positive(Numbers.floats(5, 37 * 21));
        Guarded whole = on(new float[37 * 21]);
        backend().masks().reparameterize(mask, 4, 37, 21, on(variance).buffer, whole.buffer);
        Guarded part = on(new float[6 * 21]);
        float[] own = Arrays.copyOfRange(variance, 30 * 21, 36 * 21);
        backend().masks().reparameterize(mask, 34, 6, 21, on(own).buffer, part.buffer);
        assertArrayEquals(Arrays.copyOfRange(whole.read(), 30 * 21, 36 * 21), part.read());
    }

    @Test
    default void elementsAreMultiplied() {
        for (int n : new int[] {1, 13, 207, 5000}) {
            float[] a = Numbers.floats(1, n);
            float[] b = Numbers.floats(2, n);
            float[] to = Numbers.floats(3, n);
            float[] product = new float[n];
            float[] sum = new float[n];
            for (int k = 0; k < n; k++) {
                product[k] = a[k] * b[k];
                sum[k] = to[k] + 0.3f * a[k] * b[k];
            }
            Guarded result = empty(n);
            backend().vectors().multiply(n, on(a).buffer, on(b).buffer, result.buffer);
            assertArrayEquals(product, result.read());
            Guarded inPlace = on(a);
            backend().vectors().multiply(n, inPlace.buffer, on(b).buffer, inPlace.buffer);
            assertArrayEquals(product, inPlace.read());
            Guarded added = on(to);
            backend().vectors().multiplyAdd(n, 0.3f, on(a).buffer, on(b).buffer, added.buffer);
            assertArrayEquals(sum, added.read());
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "3, 13", "207, 33", "13, 5000"})
    default void rowsAreMultipliedByOneRow(int rows, int width) {
        float[] a = Numbers.floats(1, rows * width);
        float[] row = Numbers.floats(2, width);
        float[] expected = new float[a.length];
        for (int k = 0; k < a.length; k++) {
            expected[k] = a[k] * row[k % width];
        }
        Guarded to = empty(a.length);
        backend().vectors().multiplyRows(rows, width, on(a).buffer, on(row).buffer, to.buffer);
        assertArrayEquals(expected, to.read());
    }

    @Test
    default void automaticChoicesDrawTheMaskAndSayWhy() {
        ConnectionShape shape = ConnectionShape.of(13, 33, 64);
        assertChoice(Strategy.FUSED, "1 bit", Noise.BERNOULLI, 0.5, shape);
        assertChoice(Strategy.PACKED, "6 bits", Noise.BERNOULLI, 0.3, shape);
        assertChoice(Strategy.FUSED, "reparameterized", Noise.GAUSSIAN, 0.3, shape);
        assertChoice(Strategy.FUSED, "normals", Noise.PARTIAL_GAUSSIAN, 0.3, shape);
        assertChoice(Strategy.FUSED, "5 positions", Noise.BERNOULLI, 0.3, new ConnectionShape(13, 5, 33, 64));
        ConnectionShape endless = ConnectionShape.of(1 << 20, 1 << 20, 1 << 10);
        assertChoice(Strategy.FUSED, "would take", Noise.BERNOULLI, 0.3, endless);
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.3);
        StrategyChoice fallback = StrategyChoice.of(Strategy.PACKED, backend(), spec, endless);
        assertEquals(Strategy.FUSED, fallback.strategy());
        assertTrue(fallback.fallback());
    }

    private void assertChoice(Strategy expected, String reason, Noise noise, double rate, ConnectionShape shape) {
        MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, rate);
        StrategyChoice choice = StrategyChoice.of(Strategy.AUTO, backend(), spec, shape);
        assertEquals(expected, choice.strategy(), choice.reason());
        assertTrue(choice.reason().contains(reason), choice.reason());
    }

    @Test
    default void strategiesThatWouldBeWrongAreRefused() {
        ConnectionShape one = ConnectionShape.of(2, 3, 4);
        ConnectionShape five = new ConnectionShape(2, 5, 3, 4);
        refused(Strategy.REPARAMETERIZED, Noise.BERNOULLI, one, "exact for Gaussian noise only");
        refused(Strategy.REPARAMETERIZED, Noise.PARTIAL_GAUSSIAN, one, "exact for Gaussian noise only");
        refused(Strategy.REPARAMETERIZED, Noise.GAUSSIAN, five, "wrong where the positions of a sample share");
        refused(Strategy.PACKED, Noise.GAUSSIAN, one, "only Bernoulli noise has");
        refused(Strategy.PACKED, Noise.BERNOULLI, five, "one position a sample");
        assertThrows(
                IllegalArgumentException.class,
                () -> ProductStrategy.masked(Strategy.AUTO, backend(), mask(Noise.BERNOULLI, 0.5)));
    }

    private void refused(Strategy strategy, Noise noise, ConnectionShape shape, String message) {
        MaskSpec spec = MaskSpec.of(noise, Granularity.CONNECTION, 0.5);
        Refusal.contains(
                IllegalArgumentException.class, message, () -> StrategyChoice.of(strategy, backend(), spec, shape));
    }

    /** What the passes of a strategy wrote. */
    record Passed(float[] z, float[] dx, float[] dw, float[] db) {}

    private Passed pass(Strategy strategy, LayerMask mask, ConnectionShape shape) {
        Guarded x = on(Numbers.floats(1, (int) shape.inputSize()));
        Guarded w = on(Numbers.floats(2, (int) shape.weightSize()));
        Guarded dz = on(Numbers.floats(3, (int) shape.outputSize()));
        Guarded z = empty((int) shape.outputSize());
        Guarded dx = empty((int) shape.inputSize());
        Guarded dw = empty((int) shape.weightSize());
        Guarded db = empty(shape.outputs());
        try (Workspace workspace = new Workspace(backend())) {
            ProductStrategy passes = ProductStrategy.masked(strategy, backend(), mask);
            assertEquals(strategy, passes.strategy().orElseThrow());
            passes.reserve(shape, workspace);
            passes.forward(
                    FIRST_SAMPLE,
                    shape,
                    new ForwardPass<>(Activation.LINEAR, x.buffer, w.buffer, null, z.buffer, z.buffer));
            passes.backward(
                    FIRST_SAMPLE,
                    shape,
                    new BackwardPass<>(x.buffer, w.buffer, dz.buffer, dx.buffer, dw.buffer, db.buffer));
        }
        assertNear(
                "db",
                columnSums(Numbers.floats(3, (int) shape.outputSize()), shape.outputs()),
                db.read(),
                shape.rows());
        return new Passed(z.read(), dx.read(), dw.read(), db.read());
    }

    private static float[] columnSums(float[] rows, int columns) {
        double[] sums = new double[columns];
        for (int k = 0; k < rows.length; k++) {
            sums[k % columns] += rows[k];
        }
        return Numbers.narrow(sums);
    }

    private void assertNear(Passed expected, Passed actual, ConnectionShape shape, int termsOfProduct) {
        assertNear("z", expected.z, actual.z, termsOfProduct * shape.inputs());
        assertNear("dx", expected.dx, actual.dx, termsOfProduct * shape.outputs());
        assertNear("dw", expected.dw, actual.dw, termsOfProduct * shape.samples());
    }

    private void assertNear(String what, float[] expected, float[] actual, int terms) {
        double[] scale = new double[expected.length];
        Arrays.fill(scale, 4.0 * terms);
        double tolerance = 2 * Numbers.sumTolerance(terms) + normalTolerance();
        Numbers.assertNear(what, Numbers.doubles(expected), scale, tolerance, actual);
    }

    private LayerMask mask(Noise noise, double rate) {
        return new LayerMask(MaskSpec.of(noise, Granularity.CONNECTION, rate), 2, state(77, 1000, 0f));
    }

    private static float[] positive(float[] values) {
        for (int k = 0; k < values.length; k++) {
            values[k] = Math.abs(values[k]);
        }
        return values;
    }
}

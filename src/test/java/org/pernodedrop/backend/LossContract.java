package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.function.ToDoubleFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses against sums in doubles, their gradients against central differences of those. */
public interface LossContract extends BackendFixture {
    @ParameterizedTest
    @CsvSource({"1, 1", "1, 207", "13, 3", "100, 10", "207, 33", "3000, 11"})
    default void softmaxCrossEntropy(int samples, int classes) {
        float[] logits = Numbers.floats(1, samples * classes);
        for (int k = 0; k < logits.length; k++) {
            logits[k] *= 4;
        }
        int[] labels = Numbers.ints(2, samples, classes);
        double loss = 0;
        long correct = 0;
        double[] gradient = new double[logits.length];
        for (int b = 0; b < samples; b++) {
            double[] row = row(logits, b, classes);
            int label = labels[b];
            loss += crossEntropy(row, label);
            correct += largest(row) == label ? 1 : 0;
            differences(row, r -> crossEntropy(r, label) / samples, gradient, b);
        }
        Guarded x = on(logits);
        Guarded g = empty(logits.length);
        DeviceInts l = on(labels);
        LossAccumulator totals = backend().memory().newLossAccumulator();
        StepState state = state(0, 5, 0f);
        backend().losses().softmaxCrossEntropy(state, samples, classes, x.buffer, l, g.buffer, totals);
        LossTotals once = totals.read();
        assertEquals(loss, once.loss(), 1e-6 * loss + 1e-9);
        assertEquals(correct, once.correct());
        assertEquals(samples, once.samples());
        assertEquals(-1, once.firstNonFiniteStep());
        double[] scale = new double[gradient.length];
        Arrays.fill(scale, 1.0 / samples);
        Numbers.assertNear("gradient", gradient, scale, 1e-6, g.read());

        backend().losses().softmaxCrossEntropy(state, samples, classes, x.buffer, l, null, totals);
        backend().losses().softmaxCrossEntropy(state, samples, classes, x.buffer, l, x.buffer, totals);
        assertArrayEquals(g.read(), x.read(), "gradient in place of the logits");
        assertEquals(new LossTotals(totals.read().loss(), 3L * samples, 3 * correct, -1), totals.read());
        assertEquals(3 * once.loss(), totals.read().loss(), 1e-12 * once.loss());
        totals.reset();
        assertEquals(new LossTotals(0, 0, 0, -1), totals.read());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "1, 207", "13, 3", "207, 33", "3000, 13"})
    default void meanSquaredError(int samples, int outputs) {
        float[] predictions = Numbers.floats(1, samples * outputs);
        float[] targets = Numbers.floats(2, samples * outputs);
        double loss = 0;
        double[] gradient = new double[predictions.length];
        for (int b = 0; b < samples; b++) {
            double[] wanted = row(targets, b, outputs);
            double[] row = row(predictions, b, outputs);
            loss += squaredError(row, wanted);
            differences(row, r -> squaredError(r, wanted) / samples, gradient, b);
        }
        Guarded x = on(predictions);
        Guarded t = on(targets);
        Guarded g = empty(predictions.length);
        LossAccumulator totals = backend().memory().newLossAccumulator();
        StepState state = state(0, 0, 0f);
        backend().losses().meanSquaredError(state, samples, outputs, x.buffer, t.buffer, g.buffer, totals);
        assertEquals(loss, totals.read().loss(), 1e-6 * loss + 1e-9);
        assertEquals(loss / samples, totals.read().meanLoss(), 1e-6 * loss + 1e-9);
        assertEquals(samples, totals.read().samples());
        assertEquals(0, totals.read().correct());
        double[] scale = new double[gradient.length];
        Arrays.fill(scale, 1.0 / samples / outputs);
        Numbers.assertNear("gradient", gradient, scale, 1e-5, g.read());

        backend().losses().meanSquaredError(state, samples, outputs, x.buffer, t.buffer, null, totals);
        backend().losses().meanSquaredError(state, samples, outputs, x.buffer, t.buffer, x.buffer, totals);
        assertArrayEquals(g.read(), x.read(), "gradient in place of the predictions");
        assertEquals(3L * samples, totals.read().samples());
    }

    @Test
    default void hugeLogitsDoNotOverflow() {
        Guarded logits = on(new float[] {1e4f, -1e4f, 0, -1e4f, 1e4f, 3e38f, -3e38f, 0, 0});
        Guarded gradient = empty(9);
        LossAccumulator totals = backend().memory().newLossAccumulator();
        backend()
                .losses()
                .softmaxCrossEntropy(
                        state(0, 0, 0f), 3, 3, logits.buffer, on(new int[] {0, 1, 1}), gradient.buffer, totals);
        assertEquals(-1, totals.read().firstNonFiniteStep());
        assertEquals(3e38 - 1e4, totals.read().loss(), 1e33);
        float third = 1f / 3;
        assertArrayEquals(new float[] {0, 0, 0, 0, -third, third, 0, -third / 2, third / 2}, gradient.read(), 1e-7f);
    }

    @Test
    default void ofEqualLogitsTheFirstCounts() {
        Guarded logits = on(new float[] {1, 1, 0, 0, 2, 2});
        LossAccumulator totals = backend().memory().newLossAccumulator();
        backend()
                .losses()
                .softmaxCrossEntropy(state(0, 0, 0f), 2, 3, logits.buffer, on(new int[] {0, 2}), null, totals);
        assertEquals(1, totals.read().correct());
        assertEquals(0.5, totals.read().accuracy());
    }

    @ParameterizedTest
    @ValueSource(floats = {Float.NaN, Float.POSITIVE_INFINITY})
    default void theFirstNonFiniteStepIsKept(float bad) {
        float[] values = {1, 2, 3, 4};
        Guarded good = on(values);
        values[2] = bad;
        Guarded broken = on(values);
        DeviceInts labels = on(new int[] {0, 0});
        StepState state = state(0, 40, 0f);
        LossAccumulator entropy = backend().memory().newLossAccumulator();
        LossAccumulator square = backend().memory().newLossAccumulator();
        for (int k = 0; k < 4; k++) {
            Guarded x = k == 0 ? good : broken;
            backend().losses().softmaxCrossEntropy(state, 2, 2, x.buffer, labels, null, entropy);
            backend().losses().meanSquaredError(state, 2, 2, x.buffer, on(new float[4]).buffer, null, square);
            backend().optimizers().advance(state);
        }
        assertEquals(41, entropy.read().firstNonFiniteStep());
        assertEquals(41, square.read().firstNonFiniteStep());
        assertFalse(Double.isFinite(entropy.read().loss()));
        assertFalse(Double.isFinite(square.read().meanLoss()));
    }

    @Test
    default void anEmptyAccumulatorHasNoMean() {
        LossTotals totals = backend().memory().newLossAccumulator().read();
        assertTrue(Double.isNaN(totals.meanLoss()));
        assertTrue(Double.isNaN(totals.accuracy()));
    }

    private static double[] row(float[] values, int b, int width) {
        double[] row = new double[width];
        for (int k = 0; k < width; k++) {
            row[k] = values[b * width + k];
        }
        return row;
    }

    private static int largest(double[] row) {
        int largest = 0;
        for (int k = 1; k < row.length; k++) {
            largest = row[k] > row[largest] ? k : largest;
        }
        return largest;
    }

    private static double crossEntropy(double[] row, int label) {
        double sum = 0;
        for (double x : row) {
            sum += Math.exp(x - row[label]);
        }
        return Math.log(sum);
    }

    private static double squaredError(double[] row, double[] wanted) {
        double sum = 0;
        for (int k = 0; k < row.length; k++) {
            sum += (row[k] - wanted[k]) * (row[k] - wanted[k]);
        }
        return sum / row.length;
    }

    private static void differences(double[] row, ToDoubleFunction<double[]> loss, double[] gradient, int b) {
        double h = 1e-5;
        for (int k = 0; k < row.length; k++) {
            double middle = row[k];
            row[k] = middle + h;
            double above = loss.applyAsDouble(row);
            row[k] = middle - h;
            double below = loss.applyAsDouble(row);
            row[k] = middle;
            gradient[b * row.length + k] = (above - below) / (2 * h);
        }
    }
}

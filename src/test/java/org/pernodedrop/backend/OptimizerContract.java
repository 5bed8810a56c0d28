package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Optimizers against doubles over many steps, the state of a step, and batches. */
public interface OptimizerContract extends BackendFixture {
    /** Steps that optimizers are followed for. */
    int STEPS = 20;

    @ParameterizedTest
    @CsvSource({"0, false, 13", "0.9, false, 207", "0.9, true, 207", "0.5, true, 40009"})
    default void gradientDescent(float momentum, boolean nesterov, int length) {
        float[] start = Numbers.floats(1, length);
        double[] w = Numbers.doubles(start);
        double[] v = new double[length];
        Guarded ws = on(start);
        Guarded vs = on(new float[length]);
        StepState state = state(0, 0, 0.05f);
        for (int step = 0; step < STEPS; step++) {
            float rate = 0.05f / (step + 1);
            state.setLearningRate(rate);
            float[] g = Numbers.floats(100 + step, length);
            for (int k = 0; k < length; k++) {
                v[k] = momentum * v[k] + g[k];
                w[k] -= rate * (nesterov ? g[k] + momentum * v[k] : v[k]);
            }
            backend().optimizers().sgd(state, momentum, nesterov, ws.buffer, on(g).buffer, vs.buffer);
            backend().optimizers().advance(state);
        }
        Numbers.assertNear("v", v, STEPS * 4 * Numbers.ROUNDING, vs.read());
        Numbers.assertNear("w", w, STEPS * 4 * Numbers.ROUNDING, ws.read());
    }

    @ParameterizedTest
    @CsvSource({"0.9, 0.999, 1e-8, 0, 207", "0.9, 0.999, 1e-7, 0.01, 40009", "0, 0, 1e-3, 0.5, 13"})
    default void adam(float beta1, float beta2, float epsilon, float decay, int length) {
        float[] start = Numbers.floats(1, length);
        double[] w = Numbers.doubles(start);
        double[] m = new double[length];
        double[] v = new double[length];
        Guarded ws = on(start);
        Guarded ms = on(new float[length]);
        Guarded vs = on(new float[length]);
        AdamSettings settings = new AdamSettings(beta1, beta2, epsilon, decay);
        float rate = 0.01f;
        StepState state = state(0, 0, rate);
        for (int t = 1; t <= STEPS; t++) {
            float[] g = Numbers.floats(100 + t, length);
            double correction1 = 1 - Math.pow(beta1, t);
            double correction2 = 1 - Math.pow(beta2, t);
            for (int k = 0; k < length; k++) {
                m[k] = beta1 * m[k] + (1.0 - beta1) * g[k];
                v[k] = beta2 * v[k] + (1.0 - beta2) * g[k] * g[k];
                double direction = m[k] / correction1 / (Math.sqrt(v[k] / correction2) + epsilon);
                w[k] -= rate * (direction + decay * w[k]);
            }
            backend().optimizers().adam(state, settings, ws.buffer, on(g).buffer, ms.buffer, vs.buffer);
            backend().optimizers().advance(state);
        }
        Numbers.assertNear("m", m, STEPS * 4 * Numbers.ROUNDING, ms.read());
        Numbers.assertNear("v", v, STEPS * 4 * Numbers.ROUNDING, vs.read());
        Numbers.assertNear("w", w, STEPS * 4 * Numbers.ROUNDING, ws.read());
    }

    @ParameterizedTest
    @CsvSource({"13", "40009"})
    default void slicesOfOneBufferGiveTheBitsOfSeparateOnes(int length) {
        AdamSettings settings = new AdamSettings(0.9f, 0.999f, 1e-8f, 0.1f);
        StepState state = state(0, 3, 0.01f);
        DeviceFloats whole = backend().memory().allocate(4L * length + 3);
        DeviceFloats[] slices = new DeviceFloats[4];
        Guarded[] separate = new Guarded[4];
        for (int k = 0; k < 4; k++) {
            float[] values = Numbers.floats(k, length);
            if (k == 3) {
                for (int j = 0; j < length; j++) {
                    values[j] *= values[j];
                }
            }
            slices[k] = whole.slice((long) k * length + k, length);
            backend().memory().upload(values, 0, slices[k]);
            separate[k] = on(values);
        }
        backend().optimizers().adam(state, settings, slices[0], slices[1], slices[2], slices[3]);
        backend().optimizers().sgd(state, 0.9f, true, slices[0], slices[1], slices[2]);
        backend().optimizers().sgd(state, 0.9f, false, slices[0], slices[1], slices[2]);
        backend().vectors().axpy(0.5f, slices[0], slices[1]);
        DeviceFloats w = separate[0].buffer;
        DeviceFloats g = separate[1].buffer;
        DeviceFloats m = separate[2].buffer;
        backend().optimizers().adam(state, settings, w, g, m, separate[3].buffer);
        backend().optimizers().sgd(state, 0.9f, true, w, g, m);
        backend().optimizers().sgd(state, 0.9f, false, w, g, m);
        backend().vectors().axpy(0.5f, w, g);
        for (int k = 0; k < 4; k++) {
            assertArrayEquals(separate[k].read(), backend().memory().download(slices[k]));
        }
    }

    @Test
    default void adamCorrectsTheBiasOfLateStepsToo() {
        Guarded w = on(new float[] {1});
        Guarded m = on(new float[] {0.5f});
        Guarded v = on(new float[] {0.25f});
        AdamSettings settings = new AdamSettings(0.9f, 0.999f, 1e-8f, 0);
        backend()
                .optimizers()
                .adam(state(0, 1_000_000, 0.1f), settings, w.buffer, on(new float[] {0.5f}).buffer, m.buffer, v.buffer);
        assertEquals(0.9f, w.read()[0], 1e-6f);
    }

    @Test
    default void theStateCountsFromZeroToItsLastStep() {
        StepState state = backend().memory().newStepState(-9);
        assertEquals(-9, state.seed());
        assertEquals(0, state.step());
        assertEquals(0f, state.learningRate());
        backend().optimizers().advance(state);
        assertEquals(1, state.step());
        state.setStep(StepState.LAST_STEP);
        assertEquals(StepState.LAST_STEP, state.step());
        backend().optimizers().advance(state);
        assertEquals(StepState.LAST_STEP + 1, state.step(), "the last step was made");
        state.setLearningRate(0.5f);
        assertEquals(0.5f, state.learningRate());
    }

    @ParameterizedTest
    @CsvSource({"1, 1, 1", "13, 33, 207", "207, 3, 100", "500, 64, 33"})
    default void batchesAreGathered(int count, int width, int available) {
        float[] from = Numbers.floats(1, available * width);
        int[] rows = Numbers.ints(2, count, available);
        float[] expected = new float[count * width];
        for (int r = 0; r < count; r++) {
            System.arraycopy(from, rows[r] * width, expected, r * width, width);
        }
        Guarded to = empty(count * width);
        backend().vectors().gatherRows(count, width, on(from).buffer, on(rows), to.buffer);
        assertArrayEquals(expected, to.read());
    }

    @ParameterizedTest
    @CsvSource({"1, 1", "13, 207", "207, 33"})
    default void labelsAreGathered(int count, int available) {
        int[] rows = Numbers.ints(2, count, available);
        int[] classes = Numbers.ints(3, available, 2);
        DeviceInts labels = backend().memory().allocateInts(count);
        backend().vectors().gatherLabels(count, on(classes), on(rows), labels);

        // Read back through the loss, as integers have no other way to the host.
        float[] logits = new float[count * 2];
        for (int r = 0; r < count; r++) {
            logits[r * 2 + classes[rows[r]]] = 1;
        }
        LossAccumulator totals = backend().memory().newLossAccumulator();
        backend().losses().softmaxCrossEntropy(state(0, 0, 0f), count, 2, on(logits).buffer, labels, null, totals);
        assertEquals(count, totals.read().correct());
    }
}

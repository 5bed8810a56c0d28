package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/** Masks multiplied in element by element, and masks written out. */
public interface MaskContract extends BackendFixture {
    @ParameterizedTest
    @CsvSource({
        "BERNOULLI, CONNECTION, 0.5, false",
        "BERNOULLI, CONNECTION, 0.3, true",
        "BERNOULLI, NODE, 0.1, false",
        "BERNOULLI, NODE, 0.25, true",
        "BERNOULLI, CONNECTION, 0, false",
        "GAUSSIAN, CONNECTION, 0.4, false",
        "GAUSSIAN, CONNECTION, 0.4, true",
        "GAUSSIAN, NODE, 0.2, false",
        "GAUSSIAN, CONNECTION, 0.000001, false",
        "GAUSSIAN, NODE, 0.9999, true",
        "GAUSSIAN, NODE, 0.99999, false",
        "PARTIAL_GAUSSIAN, CONNECTION, 0.3, false",
        "PARTIAL_GAUSSIAN, NODE, 0.5, true"
    })
    default void masksAreTheDefinition(Noise noise, Granularity granularity, double rate, boolean fixed) {
        MaskSpec spec = new MaskSpec(noise, granularity, DropRate.of(rate, noise), fixed);
        LayerMask mask = new LayerMask(spec, 3, state(0x1234_5678_9ABCL, 70_001, 0f));
        for (int[] shape : new int[][] {{1, 1, 1}, {3, 13, 33}, {2, 33, 207}, {13, 3, 64}, {5, 6, 100}}) {
            exported(mask, 17, shape[0], shape[1], shape[2]);
        }
        if (granularity == Granularity.NODE) {
            for (int[] shape : new int[][] {{1, 1}, {3, 207}, {207, 13}, {33, 64}}) {
                onNodes(mask, 17, shape[0], shape[1]);
            }
        } else {
            for (int[] shape : new int[][] {{1, 1}, {3, 207}, {207, 13}, {33, 64}}) {
                onWeights(mask, shape[0], shape[1]);
            }
        }
    }

    private void exported(LayerMask mask, int firstSample, int samples, int inputs, int outputs) {
        Mask definition = mask.current();
        float[] expected = new float[samples * inputs * outputs];
        for (int k = 0; k < expected.length; k++) {
            int input = k / outputs % inputs;
            expected[k] = definition.value(firstSample + k / outputs / inputs, input, k % outputs);
        }
        Guarded to = empty(expected.length);
        backend().masks().export(mask, firstSample, samples, inputs, outputs, to.buffer);
        assertMask(mask, expected, to.read());
    }

    private void onNodes(LayerMask mask, int firstSample, int samples, int outputs) {
        float[] from = Numbers.floats(5, samples * outputs);
        float[] expected = new float[from.length];
        for (int k = 0; k < from.length; k++) {
            expected[k] = from[k] * mask.current().value(firstSample + k / outputs, 0, k % outputs);
        }
        Guarded to = empty(from.length);
        backend().masks().multiplyNodes(mask, firstSample, samples, outputs, on(from).buffer, to.buffer);
        assertMask(mask, expected, to.read());
        Guarded inPlace = on(from);
        backend().masks().multiplyNodes(mask, firstSample, samples, outputs, inPlace.buffer, inPlace.buffer);
        assertArrayEquals(to.read(), inPlace.read());
    }

    /** One operation gives the bits of mask, bias and activation one after another. */
    @ParameterizedTest
    @CsvSource({
        "BERNOULLI, 0.5, false, RELU, true",
        "BERNOULLI, 0.3, true, GELU, true",
        "BERNOULLI, 0, false, TANH, true",
        "GAUSSIAN, 0.4, false, SIGMOID, false",
        "PARTIAL_GAUSSIAN, 0.3, false, LEAKY_RELU, true",
        "BERNOULLI, 0.25, false, LINEAR, true"
    })
    default void nodeLayersAreTheirSteps(
            Noise noise, double rate, boolean fixed, Activation activation, boolean biased) {
        MaskSpec spec = new MaskSpec(noise, Granularity.NODE, DropRate.of(rate, noise), fixed);
        LayerMask mask = new LayerMask(spec, 3, state(0x1234_5678_9ABCL, 70_001, 0f));
        for (int[] shape : new int[][] {{1, 1}, {3, 207}, {207, 13}, {33, 64}, {700, 5}}) {
            nodeLayer(mask, shape[0], shape[1], activation, biased);
        }
    }

    private void nodeLayer(LayerMask mask, int samples, int outputs, Activation activation, boolean biased) {
        int size = samples * outputs;
        boolean inPlace = activation == Activation.LINEAR;
        DeviceFloats bias = biased ? on(Numbers.floats(7, outputs)).buffer : null;
        Guarded p = on(Numbers.floats(8, size));
        Guarded z = empty(size);
        Guarded y = inPlace ? z : empty(size);
        backend().masks().multiplyNodes(mask, 17, samples, outputs, p.buffer, z.buffer);
        backend().vectors().biasActivation(activation, samples, outputs, bias, z.buffer, y.buffer);
        Guarded fusedY = inPlace ? p : empty(size);
        backend().masks().nodeForward(mask, 17, samples, outputs, activation, p.buffer, bias, p.buffer, fusedY.buffer);
        assertArrayEquals(z.read(), p.read());
        assertArrayEquals(y.read(), fusedY.read());

        Guarded dy = on(Numbers.floats(9, size));
        Guarded dp = empty(size);
        Guarded db = empty(outputs);
        backend()
                .masks()
                .nodeBackward(
                        mask, 17, samples, outputs, activation, z.buffer, y.buffer, dy.buffer, dp.buffer, db.buffer);
        backend().vectors().activationBackward(activation, size, z.buffer, y.buffer, dy.buffer, dy.buffer);
        float[] dz = dy.read();
        backend().masks().multiplyNodes(mask, 17, samples, outputs, dy.buffer, dy.buffer);
        assertArrayEquals(dy.read(), dp.read());
        double[] sums = new double[outputs];
        double[] scale = new double[outputs];
        for (int k = 0; k < size; k++) {
            sums[k % outputs] += dz[k];
            scale[k % outputs] += Math.abs(dz[k]);
        }
        Numbers.assertNear("db", sums, scale, Numbers.sumTolerance(samples), db.read());

        Guarded again = on(Numbers.floats(9, size));
        backend()
                .masks()
                .nodeBackward(
                        mask, 17, samples, outputs, activation, z.buffer, y.buffer, again.buffer, again.buffer, null);
        assertArrayEquals(dp.read(), again.read());
    }

    private void onWeights(LayerMask mask, int inputs, int outputs) {
        float[] from = Numbers.floats(6, inputs * outputs);
        float[] expected = new float[from.length];
        for (int k = 0; k < from.length; k++) {
            expected[k] = from[k] * mask.current().value(0, k / outputs, k % outputs);
        }
        Guarded to = empty(from.length);
        backend().masks().multiplyWeights(mask, inputs, outputs, on(from).buffer, to.buffer);
        assertMask(mask, expected, to.read());
        Guarded inPlace = on(from);
        backend().masks().multiplyWeights(mask, inputs, outputs, inPlace.buffer, inPlace.buffer);
        assertArrayEquals(to.read(), inPlace.read());
    }

    private void assertMask(LayerMask mask, float[] expected, float[] actual) {
        if (mask.spec().noise().usesNormals() && normalTolerance() > 0) {
            Numbers.assertNear("mask", Numbers.doubles(expected), normalTolerance(), actual);
        } else {
            assertArrayEquals(expected, actual);
        }
    }

    @Test
    default void masksFollowStepAndLayerUnlessFixed() {
        StepState state = state(5, 8, 0f);
        MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
        LayerMask drawn = new LayerMask(spec, 0, state);
        LayerMask otherLayer = new LayerMask(spec, 1, state);
        LayerMask fixed = new LayerMask(new MaskSpec(spec.noise(), spec.granularity(), spec.rate(), true), 0, state);
        float[] first = export(drawn);
        float[] firstFixed = export(fixed);
        assertFalse(Arrays.equals(first, export(otherLayer)));
        backend().optimizers().advance(state);
        assertFalse(Arrays.equals(first, export(drawn)));
        assertArrayEquals(firstFixed, export(fixed));
        state.setStep(8);
        assertArrayEquals(first, export(drawn));
        state.setStep(0);
        assertArrayEquals(firstFixed, Arrays.copyOf(export(drawn), 13 * 33), "sample 0, step 0");
    }

    private float[] export(LayerMask mask) {
        int samples = mask.spec().fixed() ? 1 : 3;
        Guarded to = empty(samples * 13 * 33);
        backend().masks().export(mask, 0, samples, 13, 33, to.buffer);
        return to.read();
    }
}

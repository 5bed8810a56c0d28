package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Masks that the forward pass packs for the backward pass give what drawing them twice gives: the same floats, or, where
 * the order of a sum follows how the mask is had, the same sums.
 */
public interface PackedContract extends BackendFixture {
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
        LayerMask layer = new LayerMask(MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, rate), 2, state);
        Guarded x = on(Numbers.floats(1, samples * inputs));
        Guarded w = on(Numbers.floats(2, inputs * outputs));
        Guarded dz = on(Numbers.floats(4, samples * outputs));
        DeviceInts packed = on(new int[(int) backend().maskedProducts().packedLength(shape)]);

        float[] drawnForward = forward(layer, shape, x, w, null);
        float[][] drawn = backward(layer, shape, x, w, dz, null);
        assertArrayEquals(drawnForward, forward(layer, shape, x, w, packed), "z");
        float[][] read = backward(layer, shape, x, w, dz, packed);
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
            assertArrayEquals(read[1], backward(layer, shape, x, w, dz, packed)[1], "dw at another step");
            assertFalse(Arrays.equals(drawn[1], backward(layer, shape, x, w, dz, null)[1]));
        }
    }

    // No factor is above 1 in size, so no term is above 1 / (1 - rate).
    private static void assertNear(String what, float[] drawn, float[] read, int terms, double rate) {
        double[] scale = new double[drawn.length];
        Arrays.fill(scale, terms / (1 - rate));
        Numbers.assertNear(what, Numbers.doubles(drawn), scale, 2 * Numbers.sumTolerance(terms), read);
    }

    private float[] forward(LayerMask layer, ConnectionShape shape, Guarded x, Guarded w, DeviceInts packed) {
        Guarded z = empty((int) shape.outputSize());
        backend()
                .maskedProducts()
                .forward(
                        new MaskDraw<>(layer, 9, shape, packed),
                        new ForwardPass<>(Activation.LINEAR, x.buffer, w.buffer, null, z.buffer, z.buffer));
        return z.read();
    }

    private float[][] backward(
            LayerMask layer, ConnectionShape shape, Guarded x, Guarded w, Guarded dz, DeviceInts packed) {
        Guarded dx = empty((int) shape.inputSize());
        Guarded dw = empty((int) shape.weightSize());
        backend()
                .maskedProducts()
                .backward(
                        new MaskDraw<>(layer, 9, shape, packed),
                        new BackwardPass<>(x.buffer, w.buffer, dz.buffer, dx.buffer, dw.buffer, null));
        return new float[][] {dx.read(), dw.read()};
    }
}

package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.Activation;

/** What the loops without branches must have in common with the plain definitions, bit for bit or within an ulp. */
class ActivationsTest {
    private static final float[] EDGES = {
        0f,
        -0f,
        Float.MIN_VALUE,
        -Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        1f,
        -1f,
        0.999e-3f,
        1.001e-3f
    };

    @Test
    void rectifiersAreTheDefinition() {
        for (float z : EDGES) {
            assertEquals(z > 0 ? z : 0f, forward(Activation.RELU, z));
            assertEquals(z > 0 ? 3f : 0f, backward(Activation.RELU, z, 3f));
            assertEquals(z > 0 ? z : 0.01f * z + 0f, forward(Activation.LEAKY_RELU, z));
            assertEquals(z > 0 ? -3f : 0.01f * -3f, backward(Activation.LEAKY_RELU, z, -3f));
        }
    }

    @Test
    void notANumberStaysThatInEveryForwardPass() {
        for (Activation activation : Activation.values()) {
            assertEquals(Float.NaN, forward(activation, Float.NaN), activation.toString());
        }
    }

    @Test
    void tanhIsWithinAnUlpAtEveryScale() {
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 100_000; k++) {
            float z = (float) ((random.nextDouble() * 2 - 1) * Math.pow(10, random.nextInt(-30, 3)));
            assertWithinUlp(z);
        }
        for (float z : EDGES) {
            assertWithinUlp(z);
        }
    }

    private static void assertWithinUlp(float z) {
        double exact = Math.tanh(z);
        assertEquals(exact, forward(Activation.TANH, z), Math.ulp((float) exact), () -> "z=" + z);
    }

    private static float forward(Activation activation, float z) {
        float[] y = new float[1];
        Activations.forward(activation, new float[] {z}, 0, y, 0, 1);
        return y[0];
    }

    private static float backward(Activation activation, float z, float dy) {
        float[] dz = new float[1];
        float[] zs = {z};
        Activations.backward(activation, zs, 0, new float[] {forward(activation, z)}, 0, new float[] {dy}, 0, dz, 0, 1);
        return dz[0];
    }
}

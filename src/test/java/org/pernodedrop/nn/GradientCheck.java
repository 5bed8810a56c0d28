package org.pernodedrop.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.function.DoubleSupplier;
import org.pernodedrop.backend.Numbers;

/** Gradients that a network has computed, against central differences of the reference network's loss. */
final class GradientCheck {
    private static final double STEP = 1e-6;

    private GradientCheck() {}

    /** With the tolerance of single precision. */
    static void compare(Network network, ReferenceNetwork reference, DoubleSupplier loss) {
        compare(network, reference, 2e-5, loss);
    }

    /**
     * @param tolerance relative to the parameter's largest gradient
     * @param loss of the reference with its parameters as they are, without penalties
     */
    static void compare(Network network, ReferenceNetwork reference, double tolerance, DoubleSupplier loss) {
        for (Parameter parameter : network.parameters()) {
            double[] values = reference.parameters.get(parameter.name());
            double[] actual = Numbers.doubles(network.backend().memory().download(parameter.gradient()));
            double[] expected = new double[values.length];
            double largest = 0;
            for (int k = 0; k < values.length; k++) {
                double value = values[k];
                values[k] = value + STEP;
                double above = loss.getAsDouble() + reference.penalty();
                values[k] = value - STEP;
                double below = loss.getAsDouble() + reference.penalty();
                values[k] = value;
                expected[k] = (above - below) / (2 * STEP);
                largest = Math.max(largest, Math.abs(expected[k]));
            }
            for (int k = 0; k < values.length; k++) {
                assertEquals(
                        expected[k], actual[k], tolerance * largest + tolerance / 200, parameter.name() + " at " + k);
            }
        }
    }
}

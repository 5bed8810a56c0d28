package org.pernodedrop.nn;

import java.util.Objects;

/**
 * A parameter that a layer asks for.
 *
 * @param name within the layer: weight, bias
 * @param shape its shape
 * @param initializer how it starts
 * @param fanIn inputs of one output, for the initializer
 * @param fanOut outputs of one input, for the initializer
 * @param l2 the penalty {@code l2/2 sum w^2} is added to what training minimises; at least 0
 */
public record ParameterSpec(String name, Shape shape, Initializer initializer, int fanIn, int fanOut, double l2) {
    /** Refuses nulls and penalties out of range. */
    public ParameterSpec {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(shape, "shape");
        Objects.requireNonNull(initializer, "initializer");
        requireL2(l2);
    }

    static void requireL2(double l2) {
        // In single precision, as the backend computes.
        if (!(l2 >= 0 && l2 <= Float.MAX_VALUE)) {
            throw new IllegalArgumentException("l2 must be finite and at least 0: l2=" + l2);
        }
    }
}

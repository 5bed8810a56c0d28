package org.pernodedrop.nn;

import java.util.Arrays;
import java.util.List;

/**
 * The shape of one sample or of a parameter, outermost dimension first; the batch is not part of it.
 *
 * @param dimensions at least one, each at least 1, with fewer than 2^31 elements together
 */
public record Shape(List<Integer> dimensions) {
    /** Refuses empty shapes, dimensions below 1 and shapes too large. */
    public Shape {
        dimensions = List.copyOf(dimensions);
        if (dimensions.isEmpty()) {
            throw new IllegalArgumentException("a shape needs at least one dimension");
        }
        long size = 1;
        for (int dimension : dimensions) {
            if (dimension < 1) {
                throw new IllegalArgumentException("dimensions must be at least 1: shape=" + dimensions);
            }
            size *= dimension;
            if (size > Integer.MAX_VALUE) {
                throw new IllegalArgumentException("a shape must have fewer than 2^31 elements: shape=" + dimensions);
            }
        }
    }

    /** The shape with these dimensions. */
    public static Shape of(int... dimensions) {
        return new Shape(Arrays.stream(dimensions).boxed().toList());
    }

    /** Number of dimensions. */
    public int rank() {
        return dimensions.size();
    }

    /** Number of elements. */
    public int size() {
        return dimensions.stream().reduce(1, (a, b) -> a * b);
    }

    /** As in {@code [64]} and {@code [3, 32, 32]}. */
    @Override
    public String toString() {
        return dimensions.toString();
    }
}

package org.pernodedrop.model;

import java.util.List;
import java.util.Objects;

/**
 * Named values of a file.
 *
 * @param shape dimensions, outermost first, each at least 0; none for a single value
 * @param values row-major; not copied
 */
public record Tensor(List<Long> shape, float[] values) {
    /** Refuses nulls and values that the shape does not hold. */
    public Tensor {
        shape = List.copyOf(shape);
        Objects.requireNonNull(values, "values");
        if (size(shape) != values.length) {
            throw new IllegalArgumentException(
                    "values must be as many as the shape holds: shape=" + shape + ", values.length=" + values.length);
        }
    }

    /** Product of the dimensions; -1 if one is negative or the product is beyond a long. */
    static long size(List<Long> shape) {
        long size = 1;
        boolean beyond = false;
        for (long dimension : shape) {
            if (dimension < 0) {
                return -1;
            }
            // A later 0 makes an empty tensor of whatever came before.
            beyond |= dimension > 0 && size > Long.MAX_VALUE / dimension;
            size *= dimension;
        }
        return size == 0 || !beyond ? size : -1;
    }
}

package org.pernodedrop.nn;

import java.util.Objects;

/**
 * The largest element of each window and channel of images {@code [H, W, C]}; padding never is. The gradient goes to that
 * element, the first in row-major order of equals. No parameters, the same in training and at inference.
 *
 * <pre>{@code MaxPool2D.of(2)   new MaxPool2D(new Windows(3, 3, 2, 2, Padding.SAME))}</pre>
 *
 * @param windows size, stride and padding
 */
public record MaxPool2D(Windows windows) implements Pooling2D {
    /** Refuses null. */
    public MaxPool2D {
        Objects.requireNonNull(windows, "windows");
    }

    /** Square windows side by side, without padding. */
    public static MaxPool2D of(int size) {
        return new MaxPool2D(new Windows(size, size, size, size, Padding.VALID));
    }
}

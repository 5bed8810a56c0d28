package org.pernodedrop.nn;

import java.util.Objects;

/**
 * The mean of each window and channel of images {@code [H, W, C]}, over what lies within the image. No parameters, the same
 * in training and at inference.
 *
 * <pre>{@code AveragePool2D.of(2)   new AveragePool2D(new Windows(3, 3, 2, 2, Padding.SAME))}</pre>
 *
 * @param windows size, stride and padding
 */
public record AveragePool2D(Windows windows) implements Pooling2D {
    /** Refuses null. */
    public AveragePool2D {
        Objects.requireNonNull(windows, "windows");
    }

    /** Square windows side by side, without padding. */
    public static AveragePool2D of(int size) {
        return new AveragePool2D(new Windows(size, size, size, size, Padding.VALID));
    }
}

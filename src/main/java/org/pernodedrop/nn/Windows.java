package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.backend.WindowShape;

/**
 * The windows of a layer that slide over images {@code [H, W, C]}, channels last.
 *
 * @param height rows of a window, at least 1
 * @param width columns of a window, at least 1
 * @param strideHeight rows from window to window, at least 1
 * @param strideWidth columns from window to window, at least 1
 * @param padding whether they reach beyond the image
 */
public record Windows(int height, int width, int strideHeight, int strideWidth, Padding padding) {
    /** Refuses sizes below 1. */
    public Windows {
        requirePositive("window height", height);
        requirePositive("window width", width);
        requirePositive("stride height", strideHeight);
        requirePositive("stride width", strideWidth);
        Objects.requireNonNull(padding, "padding");
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }

    /**
     * The windows of an image.
     *
     * @throws IllegalArgumentException if the input is no image {@code [H, W, C]}, or too small for one window
     */
    WindowShape on(Shape input) {
        if (input.rank() != 3) {
            throw new IllegalArgumentException(
                    "inputs must be images of three dimensions, [height, width, channels]: input shape=" + input);
        }
        int imageHeight = input.dimensions().get(0);
        int imageWidth = input.dimensions().get(1);
        int channels = input.dimensions().get(2);
        return switch (padding) {
            case VALID ->
                WindowShape.valid(imageHeight, imageWidth, channels, height, width, strideHeight, strideWidth);
            case SAME -> WindowShape.same(imageHeight, imageWidth, channels, height, width, strideHeight, strideWidth);
        };
    }

    /** In a few words: {@code 3x3 same}, {@code 2x2 stride 2x2 valid}. */
    @Override
    public String toString() {
        boolean strides = strideHeight > 1 || strideWidth > 1;
        return height + "x" + width + (strides ? " stride " + strideHeight + "x" + strideWidth : "") + " " + padding;
    }
}

package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;

import java.util.Locale;

/**
 * Windows that slide over images {@code [H, W, C]}, channels last: window {@code (p, q)} of {@code H' x W'} covers rows
 * {@code p strideHeight - padTop + r} and columns {@code q strideWidth - padLeft + s} for {@code r} below the window's
 * height and {@code s} below its width. What lies outside of the image is padding.
 *
 * @param vertical H, the rows of a window, their stride, the padding above the image, and H'
 * @param horizontal W, the columns of a window, their stride, the padding left of the image, and W'
 * @param channels C, at least 1
 */
public record WindowShape(Axis vertical, Axis horizontal, int channels) {
    /**
     * The windows along one axis of an image.
     *
     * @param size elements of the image, at least 1
     * @param window elements of a window, at least 1
     * @param stride elements from window to window, at least 1
     * @param padding elements before the image, in [0, window)
     * @param outputs windows, at least 1
     */
    public record Axis(int size, int window, int stride, int padding, int outputs) {
        private static Axis valid(int size, int window, int stride) {
            return new Axis(size, window, stride, 0, (size - window) / stride + 1);
        }

        private static Axis same(int size, int window, int stride) {
            int outputs = (size - 1) / stride + 1;
            int padding = (int) Math.max((outputs - 1L) * stride + window - size, 0);
            return new Axis(size, window, stride, padding / 2, outputs);
        }

        private void check(String direction, String padName) {
            atLeastOne(direction.toLowerCase(Locale.ROOT), size);
            atLeastOne("window" + direction, window);
            atLeastOne("stride" + direction, stride);
            atLeastOne("output" + direction, outputs);
            if (padding < 0 || padding >= window) {
                throw new IllegalArgumentException(padName + " must be at least 0 and below window" + direction + ": "
                        + padName + "=" + padding + ", window" + direction + "=" + window);
            }
            if ((outputs - 1L) * stride - padding >= size) {
                throw new IllegalArgumentException("the last window must begin within the image; take a smaller output"
                        + direction + ": output" + direction + "=" + outputs + ", stride=" + stride + ", padding="
                        + padding + ", image=" + size);
            }
        }
    }

    /** Refuses sizes out of range, windows that lie in padding as a whole, and 2^31 elements or more. */
    public WindowShape {
        notNull("vertical", vertical).check("Height", "padTop");
        notNull("horizontal", horizontal).check("Width", "padLeft");
        atLeastOne("channels", channels);
        requireIndexable("height x width x channels", vertical.size(), horizontal.size(), channels);
        requireIndexable("outputHeight x outputWidth x channels", vertical.outputs(), horizontal.outputs(), channels);
        requireIndexable("windowHeight x windowWidth x channels", vertical.window(), horizontal.window(), channels);
    }

    /**
     * Windows that lie within the image: {@code H' = floor((H - windowHeight) / stride) + 1}.
     *
     * @throws IllegalArgumentException if the window is larger than the image
     */
    public static WindowShape valid(
            int height, int width, int channels, int windowHeight, int windowWidth, int strideHeight, int strideWidth) {
        atLeastOne("strideHeight", strideHeight);
        atLeastOne("strideWidth", strideWidth);
        if (windowHeight > height || windowWidth > width) {
            throw new IllegalArgumentException(
                    "a window must not be larger than the image; take a smaller one or padding: window=" + windowHeight
                            + " x " + windowWidth + ", image=" + height + " x " + width);
        }
        return new WindowShape(
                Axis.valid(height, windowHeight, strideHeight), Axis.valid(width, windowWidth, strideWidth), channels);
    }

    /**
     * As many windows as the strides make of the image, {@code H' = ceil(H / stride)}: half of the padding that this takes
     * lies above and left of it, an odd row or column below and right.
     */
    public static WindowShape same(
            int height, int width, int channels, int windowHeight, int windowWidth, int strideHeight, int strideWidth) {
        atLeastOne("strideHeight", strideHeight);
        atLeastOne("strideWidth", strideWidth);
        return new WindowShape(
                Axis.same(height, windowHeight, strideHeight), Axis.same(width, windowWidth, strideWidth), channels);
    }

    /** H. */
    public int height() {
        return vertical.size();
    }

    /** W. */
    public int width() {
        return horizontal.size();
    }

    /** Rows of a window. */
    public int windowHeight() {
        return vertical.window();
    }

    /** Columns of a window. */
    public int windowWidth() {
        return horizontal.window();
    }

    /** Rows from window to window. */
    public int strideHeight() {
        return vertical.stride();
    }

    /** Columns from window to window. */
    public int strideWidth() {
        return horizontal.stride();
    }

    /** Rows of padding above the image. */
    public int padTop() {
        return vertical.padding();
    }

    /** Columns of padding left of the image. */
    public int padLeft() {
        return horizontal.padding();
    }

    /** H'. */
    public int outputHeight() {
        return vertical.outputs();
    }

    /** W'. */
    public int outputWidth() {
        return horizontal.outputs();
    }

    /** Floats of an image: {@code H W C}. */
    public int inputSize() {
        return height() * width() * channels;
    }

    /** Windows of an image: {@code H' W'}. */
    public int positions() {
        return outputHeight() * outputWidth();
    }

    /** Floats of an output with the image's channels: {@code H' W' C}. */
    public int outputSize() {
        return positions() * channels;
    }

    /** Floats of a window: {@code windowHeight windowWidth C}. */
    public int windowSize() {
        return windowHeight() * windowWidth() * channels;
    }

    private static void requireIndexable(String name, int a, int b, int c) {
        if (BackendTheme.elements(BackendTheme.elements(a, b), c) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name + " must be below 2^31; take smaller images: " + a + " x " + b + " x " + c);
        }
    }
}

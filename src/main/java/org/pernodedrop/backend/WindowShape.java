package org.pernodedrop.backend;

/**
 * Windows that slide over images {@code [H, W, C]}, channels last: window {@code (p, q)} of {@code H' x W'} covers rows
 * {@code p strideHeight - padTop + r} and columns {@code q strideWidth - padLeft + s} for {@code r} below the window's
 * height and {@code s} below its width. What lies outside of the image is padding.
 *
 * @param height H, at least 1
 * @param width W, at least 1
 * @param channels C, at least 1
 * @param windowHeight rows of a window, at least 1
 * @param windowWidth columns of a window, at least 1
 * @param strideHeight rows from window to window, at least 1
 * @param strideWidth columns from window to window, at least 1
 * @param padTop rows of padding above the image, below the window's height
 * @param padLeft columns of padding left of the image, below the window's width
 * @param outputHeight H', at least 1
 * @param outputWidth W', at least 1
 */
public record WindowShape(
        int height,
        int width,
        int channels,
        int windowHeight,
        int windowWidth,
        int strideHeight,
        int strideWidth,
        int padTop,
        int padLeft,
        int outputHeight,
        int outputWidth) {
    /** Refuses sizes out of range, windows that lie in padding as a whole, and 2^31 elements or more. */
    public WindowShape {
        Checks.atLeastOne("height", height);
        Checks.atLeastOne("width", width);
        Checks.atLeastOne("channels", channels);
        Checks.atLeastOne("windowHeight", windowHeight);
        Checks.atLeastOne("windowWidth", windowWidth);
        Checks.atLeastOne("strideHeight", strideHeight);
        Checks.atLeastOne("strideWidth", strideWidth);
        Checks.atLeastOne("outputHeight", outputHeight);
        Checks.atLeastOne("outputWidth", outputWidth);
        requirePadding("padTop", padTop, "windowHeight", windowHeight);
        requirePadding("padLeft", padLeft, "windowWidth", windowWidth);
        requireOverlap("outputHeight", outputHeight, strideHeight, padTop, height);
        requireOverlap("outputWidth", outputWidth, strideWidth, padLeft, width);
        requireIndexable("height x width x channels", height, width, channels);
        requireIndexable("outputHeight x outputWidth x channels", outputHeight, outputWidth, channels);
        requireIndexable("windowHeight x windowWidth x channels", windowHeight, windowWidth, channels);
    }

    /**
     * Windows that lie within the image: {@code H' = floor((H - windowHeight) / stride) + 1}.
     *
     * @throws IllegalArgumentException if the window is larger than the image
     */
    public static WindowShape valid(
            int height, int width, int channels, int windowHeight, int windowWidth, int strideHeight, int strideWidth) {
        Checks.atLeastOne("strideHeight", strideHeight);
        Checks.atLeastOne("strideWidth", strideWidth);
        if (windowHeight > height || windowWidth > width) {
            throw new IllegalArgumentException(
                    "a window must not be larger than the image; take a smaller one or padding: window=" + windowHeight
                            + " x " + windowWidth + ", image=" + height + " x " + width);
        }
        return new WindowShape(
                height,
                width,
                channels,
                windowHeight,
                windowWidth,
                strideHeight,
                strideWidth,
                0,
                0,
                (height - windowHeight) / strideHeight + 1,
                (width - windowWidth) / strideWidth + 1);
    }

    /**
     * As many windows as the strides make of the image, {@code H' = ceil(H / stride)}: the padding that this takes lies
     * half above and left of it, the odd row or column below and right.
     */
    public static WindowShape same(
            int height, int width, int channels, int windowHeight, int windowWidth, int strideHeight, int strideWidth) {
        Checks.atLeastOne("strideHeight", strideHeight);
        Checks.atLeastOne("strideWidth", strideWidth);
        int outputHeight = (height - 1) / strideHeight + 1;
        int outputWidth = (width - 1) / strideWidth + 1;
        return new WindowShape(
                height,
                width,
                channels,
                windowHeight,
                windowWidth,
                strideHeight,
                strideWidth,
                padding(height, windowHeight, strideHeight, outputHeight) / 2,
                padding(width, windowWidth, strideWidth, outputWidth) / 2,
                outputHeight,
                outputWidth);
    }

    private static int padding(int size, int window, int stride, int outputs) {
        return (int) Math.max((outputs - 1L) * stride + window - size, 0);
    }

    /** Floats of an image: {@code H W C}. */
    public int inputSize() {
        return height * width * channels;
    }

    /** Windows of an image: {@code H' W'}. */
    public int positions() {
        return outputHeight * outputWidth;
    }

    /** Floats of an output with the image's channels: {@code H' W' C}. */
    public int outputSize() {
        return positions() * channels;
    }

    /** Floats of a window: {@code windowHeight windowWidth C}. */
    public int windowSize() {
        return windowHeight * windowWidth * channels;
    }

    private static void requirePadding(String name, int pad, String windowName, int window) {
        if (pad < 0 || pad >= window) {
            throw new IllegalArgumentException(name + " must be at least 0 and below " + windowName + ": " + name + "="
                    + pad + ", " + windowName + "=" + window);
        }
    }

    private static void requireOverlap(String name, int outputs, int stride, int pad, int size) {
        if ((outputs - 1L) * stride - pad >= size) {
            throw new IllegalArgumentException("the last window must begin within the image; take a smaller " + name
                    + ": " + name + "=" + outputs + ", stride=" + stride + ", padding=" + pad + ", image=" + size);
        }
    }

    private static void requireIndexable(String name, int a, int b, int c) {
        if (Checks.elements(Checks.elements(a, b), c) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    name + " must be below 2^31; take smaller images: " + a + " x " + b + " x " + c);
        }
    }
}

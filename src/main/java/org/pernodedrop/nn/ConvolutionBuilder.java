package org.pernodedrop.nn;

/** Settings of a {@link Conv2D} layer: {@link Conv2D#filters(int)} starts one. */
public final class ConvolutionBuilder extends WeightedBuilder<ConvolutionBuilder> {
    private final int filters;
    private Windows windows = new Windows(3, 3, 1, 1, Padding.VALID);

    ConvolutionBuilder(int filters) {
        this.filters = filters;
    }

    @Override
    ConvolutionBuilder self() {
        return this;
    }

    /** A square kernel; 3 unless set. */
    public ConvolutionBuilder kernel(int size) {
        return kernel(size, size);
    }

    /** Rows and columns of the kernel. */
    public ConvolutionBuilder kernel(int height, int width) {
        windows = new Windows(height, width, windows.strideHeight(), windows.strideWidth(), windows.padding());
        return this;
    }

    /** Rows and columns from window to window; 1 unless set. */
    public ConvolutionBuilder stride(int stride) {
        return stride(stride, stride);
    }

    /** Rows and columns from window to window. */
    public ConvolutionBuilder stride(int height, int width) {
        windows = new Windows(windows.height(), windows.width(), height, width, windows.padding());
        return this;
    }

    /** Whether windows reach beyond the image; {@link Padding#VALID} unless set. */
    public ConvolutionBuilder padding(Padding padding) {
        windows =
                new Windows(windows.height(), windows.width(), windows.strideHeight(), windows.strideWidth(), padding);
        return this;
    }

    /**
     * The layer.
     *
     * @throws IllegalArgumentException if a setting is out of range
     */
    public Conv2D build() {
        return convolution(filters, windows);
    }
}

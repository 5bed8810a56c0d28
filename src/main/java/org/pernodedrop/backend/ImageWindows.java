package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;

/** Windows over images {@code [B, H, W, C]}, channels last: unfolding for convolutions, and pooling. */
public abstract class ImageWindows extends BackendTheme {
    protected ImageWindows(KernelRunner runner) {
        super(runner);
    }

    /**
     * Windows as rows: {@code columns[b, (p, q), (r, s, c)] = x[b, p strideHeight - padTop + r, q strideWidth - padLeft +
     * s, c]}, and 0 where that is padding; {@code x [B, H, W, C]}, columns {@code [B, H' W', windowHeight windowWidth C]}.
     * A convolution is a product of them with weights {@code [windowHeight windowWidth C, filters]}.
     */
    public final void unfold(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns) {
        long size = columnsOf(shape);
        holds("x", x, images(samples, shape.inputSize()));
        holds("columns", columns, images(samples, size));
        distinct("x", x, "columns", columns);
        run(() -> unfoldKernel(shape, samples, x, columns));
    }

    /** Computes {@link #unfold}. */
    protected abstract void unfoldKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns);

    /**
     * The gradient of {@link #unfold}: {@code x[b, h, w, c]} becomes the sum of all elements of columns that it was copied
     * to, in ascending order of windows; 0 if there is none.
     */
    public final void fold(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x) {
        holds("columns", columns, images(samples, columnsOf(shape)));
        holds("x", x, images(samples, shape.inputSize()));
        distinct("columns", columns, "x", x);
        run(() -> foldKernel(shape, samples, columns, x));
    }

    /** Computes {@link #fold}. */
    protected abstract void foldKernel(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x);

    /**
     * {@code y[b, p, q, c]} is the largest element of channel c in window (p, q), without padding; NaN if there is one. Of
     * equals the first in row-major order counts.
     *
     * @param places receives where each lies in its image, {@code (h W + w) C + c}; {@code [B, H', W', C]}
     */
    public final void maxPool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places) {
        holds("x", x, images(samples, shape.inputSize()));
        holds("y", y, images(samples, shape.outputSize()));
        holds("places", places, images(samples, shape.outputSize()));
        distinct("x", x, "y", y);
        run(() -> maxPoolKernel(shape, samples, x, y, places));
    }

    /** Computes {@link #maxPool}. */
    protected abstract void maxPoolKernel(
            WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places);

    /** The gradient of {@link #maxPool}: {@code dx[b, place]} is the sum of dy over the windows that have their largest there. */
    public final void maxPoolBackward(
            WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx) {
        holds("dy", dy, images(samples, shape.outputSize()));
        holds("places", places, images(samples, shape.outputSize()));
        holds("dx", dx, images(samples, shape.inputSize()));
        distinct("dy", dy, "dx", dx);
        run(() -> maxPoolBackwardKernel(shape, samples, dy, places, dx));
    }

    /** Computes {@link #maxPoolBackward}. */
    protected abstract void maxPoolBackwardKernel(
            WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx);

    /** {@code y[b, p, q, c]} is the mean of channel c over window (p, q), padding not counted. */
    public final void averagePool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y) {
        holds("x", x, images(samples, shape.inputSize()));
        holds("y", y, images(samples, shape.outputSize()));
        distinct("x", x, "y", y);
        run(() -> averagePoolKernel(shape, samples, x, y));
    }

    /** Computes {@link #averagePool}. */
    protected abstract void averagePoolKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y);

    /** The gradient of {@link #averagePool}: each window hands dy on in equal shares. */
    public final void averagePoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx) {
        holds("dy", dy, images(samples, shape.outputSize()));
        holds("dx", dx, images(samples, shape.inputSize()));
        distinct("dy", dy, "dx", dx);
        run(() -> averagePoolBackwardKernel(shape, samples, dy, dx));
    }

    /** Computes {@link #averagePoolBackward}. */
    protected abstract void averagePoolBackwardKernel(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx);

    private static long images(int samples, long ofOne) {
        return elements(atLeastOne("samples", samples), ofOne);
    }

    private static long columnsOf(WindowShape shape) {
        long size = elements(shape.positions(), shape.windowSize());
        if (size > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "the windows of an image must hold fewer than 2^31 elements together; take smaller images: windows="
                            + shape.positions() + ", elements of a window=" + shape.windowSize());
        }
        return size;
    }
}

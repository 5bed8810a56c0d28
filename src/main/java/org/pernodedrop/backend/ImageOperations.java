package org.pernodedrop.backend;

import static org.pernodedrop.backend.Checks.atLeastOne;
import static org.pernodedrop.backend.Checks.distinct;
import static org.pernodedrop.backend.Checks.distinctOrSame;
import static org.pernodedrop.backend.Checks.elements;
import static org.pernodedrop.backend.Checks.holds;

/**
 * The operations of a {@link Backend} that networks over images need beside those of dense layers: windows and batch
 * normalization. Images are {@code [B, H, W, C]}, channels last; what holds for a backend's operations holds for these.
 */
public abstract class ImageOperations {
    /** Around every operation. */
    final OwnerCheck owner = new OwnerCheck(
            "backend", "open one backend a thread, or call it when the other thread's operation has ended");

    ImageOperations() {}

    /** The device's own operations. */
    protected abstract DeviceKernels kernels();

    // ---- windows

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
        owner.run(() -> kernels().windows().unfold(shape, samples, x, columns));
    }

    /**
     * The gradient of {@link #unfold}: {@code x[b, h, w, c]} becomes the sum of all elements of columns that it was copied
     * to, in ascending order of windows; 0 if there is none.
     */
    public final void fold(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x) {
        holds("columns", columns, images(samples, columnsOf(shape)));
        holds("x", x, images(samples, shape.inputSize()));
        distinct("columns", columns, "x", x);
        owner.run(() -> kernels().windows().fold(shape, samples, columns, x));
    }

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
        owner.run(() -> kernels().windows().maxPool(shape, samples, x, y, places));
    }

    /** The gradient of {@link #maxPool}: {@code dx[b, place]} is the sum of dy over the windows that have their largest there. */
    public final void maxPoolBackward(
            WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx) {
        holds("dy", dy, images(samples, shape.outputSize()));
        holds("places", places, images(samples, shape.outputSize()));
        holds("dx", dx, images(samples, shape.inputSize()));
        distinct("dy", dy, "dx", dx);
        owner.run(() -> kernels().windows().maxPoolBackward(shape, samples, dy, places, dx));
    }

    /** {@code y[b, p, q, c]} is the mean of channel c over window (p, q), padding not counted. */
    public final void averagePool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y) {
        holds("x", x, images(samples, shape.inputSize()));
        holds("y", y, images(samples, shape.outputSize()));
        distinct("x", x, "y", y);
        owner.run(() -> kernels().windows().averagePool(shape, samples, x, y));
    }

    /** The gradient of {@link #averagePool}: each window hands dy on in equal shares. */
    public final void averagePoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx) {
        holds("dy", dy, images(samples, shape.outputSize()));
        holds("dx", dx, images(samples, shape.inputSize()));
        distinct("dy", dy, "dx", dx);
        owner.run(() -> kernels().windows().averagePoolBackward(shape, samples, dy, dx));
    }

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

    // ---- batch normalization

    /**
     * Mean and biased variance of every channel, {@code mean[c] = 1/N sum_n x[n, c]}, {@code variance[c] = 1/N sum_n (x[n,
     * c] - mean[c])^2} for {@code x [N, C]}, the mean first, in an order that the sizes and the device determine.
     */
    public final void batchMoments(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance) {
        holds("x", x, atLeastOne("rows", rows) * atLeastOne("channels", channels));
        holds("mean", mean, channels);
        holds("variance", variance, channels);
        distinct("x", x, "mean", mean);
        distinct("x", x, "variance", variance);
        distinct("mean", mean, "variance", variance);
        owner.run(() -> kernels().normalizations().moments(rows, channels, x, mean, variance));
    }

    /**
     * {@code y[n, c] = scale[c] (x[n, c] - mean[c]) / sqrt(variance[c] + epsilon) + shift[c]}; y may be x.
     *
     * @param epsilon finite and above 0
     */
    public final void normalize(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats shift,
            DeviceFloats y) {
        checkNormalized(rows, channels, epsilon, x, mean, variance, scale);
        holds("shift", shift, channels);
        holds("y", y, (long) rows * channels);
        distinctOrSame("x", x, "y", y);
        distinct("mean", mean, "y", y);
        distinct("variance", variance, "y", y);
        distinct("scale", scale, "y", y);
        distinct("shift", shift, "y", y);
        owner.run(() ->
                kernels().normalizations().normalize(rows, channels, epsilon, x, mean, variance, scale, shift, y));
    }

    /**
     * The gradients of {@link #normalize} where mean and variance are x's own ({@link #batchMoments}). With {@code n[r, c] =
     * (x[r, c] - mean[c]) / sqrt(variance[c] + epsilon)}: {@code dShift[c] = sum_r dy[r, c]}, {@code dScale[c] = sum_r dy[r,
     * c] n[r, c]}, {@code dx[r, c] = scale[c] / sqrt(variance[c] + epsilon) (dy[r, c] - dShift[c] / N - n[r, c] dScale[c] /
     * N)}.
     *
     * @param dx may be dy; null if not wanted
     */
    public final void normalizeBackward(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats dy,
            DeviceFloats dx,
            DeviceFloats dScale,
            DeviceFloats dShift) {
        checkNormalized(rows, channels, epsilon, x, mean, variance, scale);
        holds("dy", dy, (long) rows * channels);
        holds("dScale", dScale, channels);
        holds("dShift", dShift, channels);
        distinct("dScale", dScale, "dShift", dShift);
        for (DeviceFloats sums : new DeviceFloats[] {dScale, dShift}) {
            distinct("x", x, "dScale or dShift", sums);
            distinct("dy", dy, "dScale or dShift", sums);
        }
        if (dx != null) {
            holds("dx", dx, (long) rows * channels);
            distinct("x", x, "dx", dx);
            distinctOrSame("dy", dy, "dx", dx);
            distinct("dScale", dScale, "dx", dx);
            distinct("dShift", dShift, "dx", dx);
        }
        owner.run(() -> kernels()
                .normalizations()
                .normalizeBackward(rows, channels, epsilon, x, mean, variance, scale, dy, dx, dScale, dShift));
    }

    private static void checkNormalized(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale) {
        holds("x", x, atLeastOne("rows", rows) * atLeastOne("channels", channels));
        holds("mean", mean, channels);
        holds("variance", variance, channels);
        holds("scale", scale, channels);
        if (!(epsilon > 0 && Float.isFinite(epsilon))) {
            throw new IllegalArgumentException("epsilon must be finite and above 0: epsilon=" + epsilon);
        }
    }

    /**
     * {@code to = to + share (from - to)}, of equal lengths: running means.
     *
     * @param share in [0, 1]
     */
    public final void blend(float share, DeviceFloats from, DeviceFloats to) {
        holds("from", from, 1);
        Checks.equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in [0, 1]: share=" + share);
        }
        owner.run(() -> kernels().normalizations().blend(share, from, to));
    }
}

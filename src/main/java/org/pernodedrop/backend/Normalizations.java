package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;

/** Batch normalization. */
public abstract class Normalizations extends BackendTheme {
    protected Normalizations(KernelRunner runner) {
        super(runner);
    }

    /**
     * Mean and biased variance of every channel, {@code mean[c] = 1/N sum_n x[n, c]}, {@code variance[c] = 1/N sum_n (x[n,
     * c] - mean[c])^2} for {@code x [N, C]}, the mean first, in an order that the sizes and the device determine.
     */
    public final void moments(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance) {
        holds("x", x, atLeastOne("rows", rows) * atLeastOne("channels", channels));
        holds("mean", mean, channels);
        holds("variance", variance, channels);
        distinct("x", x, "mean", mean);
        distinct("x", x, "variance", variance);
        distinct("mean", mean, "variance", variance);
        run(() -> momentsKernel(rows, channels, x, mean, variance));
    }

    /** Computes {@link #moments}. */
    protected abstract void momentsKernel(
            int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance);

    /**
     * What is normalized: {@code n[r, c] = (x[r, c] - mean[c]) / sqrt(variance[c] + epsilon)}, and by what it is scaled.
     *
     * @param rows N
     * @param channels C
     * @param epsilon finite and above 0
     * @param x {@code [N, C]}
     * @param mean {@code [C]}
     * @param variance {@code [C]}
     * @param scale {@code [C]}
     */
    public record Input(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale) {
        private void check() {
            holds("x", x, atLeastOne("rows", rows) * atLeastOne("channels", channels));
            holds("mean", mean, channels);
            holds("variance", variance, channels);
            holds("scale", scale, channels);
            if (!(epsilon > 0 && Float.isFinite(epsilon))) {
                throw new IllegalArgumentException("epsilon must be finite and above 0: epsilon=" + epsilon);
            }
        }
    }

    /** {@code y[r, c] = scale[c] n[r, c] + shift[c]}; y may be x. */
    public final void normalize(Input input, DeviceFloats shift, DeviceFloats y) {
        notNull("input", input).check();
        holds("shift", shift, input.channels());
        holds("y", y, (long) input.rows() * input.channels());
        distinctOrSame("x", input.x(), "y", y);
        distinct("mean", input.mean(), "y", y);
        distinct("variance", input.variance(), "y", y);
        distinct("scale", input.scale(), "y", y);
        distinct("shift", shift, "y", y);
        run(() -> normalizeKernel(input, shift, y));
    }

    /** Computes {@link #normalize}. */
    protected abstract void normalizeKernel(Input input, DeviceFloats shift, DeviceFloats y);

    /**
     * The gradients of {@link #normalize} where mean and variance are x's own ({@link #moments}): {@code dShift[c] = sum_r
     * dy[r, c]}, {@code dScale[c] = sum_r dy[r, c] n[r, c]}, {@code dx[r, c] = scale[c] / sqrt(variance[c] + epsilon)
     * (dy[r, c] - dShift[c] / N - n[r, c] dScale[c] / N)}.
     *
     * @param dx may be dy; null if not wanted
     */
    public final void normalizeBackward(
            Input input, DeviceFloats dy, DeviceFloats dx, DeviceFloats dScale, DeviceFloats dShift) {
        notNull("input", input).check();
        long size = (long) input.rows() * input.channels();
        holds("dy", dy, size);
        holds("dScale", dScale, input.channels());
        holds("dShift", dShift, input.channels());
        distinct("dScale", dScale, "dShift", dShift);
        for (DeviceFloats sums : new DeviceFloats[] {dScale, dShift}) {
            distinct("x", input.x(), "dScale or dShift", sums);
            distinct("dy", dy, "dScale or dShift", sums);
        }
        if (dx != null) {
            holds("dx", dx, size);
            distinct("x", input.x(), "dx", dx);
            distinctOrSame("dy", dy, "dx", dx);
            distinct("dScale", dScale, "dx", dx);
            distinct("dShift", dShift, "dx", dx);
        }
        run(() -> normalizeBackwardKernel(input, dy, dx, dScale, dShift));
    }

    /** Computes {@link #normalizeBackward}. */
    protected abstract void normalizeBackwardKernel(
            Input input, DeviceFloats dy, DeviceFloats dx, DeviceFloats dScale, DeviceFloats dShift);
}

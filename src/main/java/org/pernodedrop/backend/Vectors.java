package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;

import org.pernodedrop.kernels.Activation;

/** Element-wise operations, column sums, and rows picked out of a data set. */
public abstract class Vectors extends BackendTheme {
    protected Vectors(KernelRunner runner) {
        super(runner);
    }

    /** {@code x = value} everywhere. */
    public final void fill(DeviceFloats x, float value) {
        holds("x", x, 1);
        run(() -> fillKernel(x, value));
    }

    /** Computes {@link #fill}. */
    protected abstract void fillKernel(DeviceFloats x, float value);

    /** {@code to = from}, of equal lengths. */
    public final void copy(DeviceFloats from, DeviceFloats to) {
        holds("from", from, 1);
        equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        run(() -> copyKernel(from, to));
    }

    /** Computes {@link #copy}. */
    protected abstract void copyKernel(DeviceFloats from, DeviceFloats to);

    /** {@code to = from}, of equal lengths; no wait for the device, so that it can be part of a graph. */
    public final void copy(DeviceInts from, DeviceInts to) {
        holds("from", from, 1);
        equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        run(() -> copyKernel(from, to));
    }

    /** Computes {@link #copy}. */
    protected abstract void copyKernel(DeviceInts from, DeviceInts to);

    /** {@code y = y + alpha x}, of equal lengths. */
    public final void axpy(float alpha, DeviceFloats x, DeviceFloats y) {
        holds("x", x, 1);
        equalLengths("x", x, "y", y);
        distinct("x", x, "y", y);
        run(() -> axpyKernel(alpha, x, y));
    }

    /** Computes {@link #axpy}. */
    protected abstract void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y);

    /** {@code to = a b} for the first {@code length} elements; {@code to} may be either factor. */
    public final void multiply(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        holds("a", a, atLeastOne("length", length));
        holds("b", b, length);
        holds("to", to, length);
        distinctOrSame("a", a, "to", to);
        distinctOrSame("b", b, "to", to);
        run(() -> multiplyKernel(length, a, b, to));
    }

    /** Computes {@link #multiply}. */
    protected abstract void multiplyKernel(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to);

    /** {@code to = to + alpha a b} for the first {@code length} elements. */
    public final void multiplyAdd(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        holds("a", a, atLeastOne("length", length));
        holds("b", b, length);
        holds("to", to, length);
        distinct("a", a, "to", to);
        distinct("b", b, "to", to);
        run(() -> multiplyAddKernel(length, alpha, a, b, to));
    }

    /** Computes {@link #multiplyAdd}. */
    protected abstract void multiplyAddKernel(
            long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to);

    /** {@code to[r, :] = a[r, :] row[:]}: every row of {@code width} floats by the same one; {@code to} may be {@code a}. */
    public final void multiplyRows(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to) {
        holds("row", row, atLeastOne("width", width));
        long size = elements(atLeastOne("rows", rows), width);
        holds("a", a, size);
        holds("to", to, size);
        distinctOrSame("a", a, "to", to);
        distinct("row", row, "to", to);
        run(() -> multiplyRowsKernel(rows, width, a, row, to));
    }

    /** Computes {@link #multiplyRows}. */
    protected abstract void multiplyRowsKernel(
            long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to);

    /**
     * {@code z = z + bias} by rows, then {@code y = act(z)}, for {@code z, y [B, U]}.
     *
     * @param bias {@code [U]}, or null for none
     * @param y may be z if the activation is linear
     */
    public final void biasActivation(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        notNull("activation", activation);
        holds("z", z, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("y", y, (long) samples * outputs);
        checkPreActivation(activation, z, y);
        checkBias(bias, outputs, z, y);
        run(() -> biasActivationKernel(activation, samples, outputs, bias, z, y));
    }

    /** Computes {@link #biasActivation}. */
    protected abstract void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y);

    /** {@code dz = dy act'(z)}; {@code y = act(z)} as the forward pass left it; dz may be dy. */
    public final void activationBackward(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        notNull("activation", activation);
        holds("z", z, atLeastOne("length", length));
        holds("y", y, length);
        holds("dy", dy, length);
        holds("dz", dz, length);
        distinct("z", z, "dz", dz);
        distinct("y", y, "dz", dz);
        distinctOrSame("dy", dy, "dz", dz);
        run(() -> activationBackwardKernel(activation, length, z, y, dy, dz));
    }

    /** Computes {@link #activationBackward}. */
    protected abstract void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz);

    /** {@code sums[u] = sum_b x[b, u]}, in an order that the sizes and the device determine. */
    public final void columnSums(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        holds("x", x, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("sums", sums, outputs);
        distinct("x", x, "sums", sums);
        run(() -> columnSumsKernel(samples, outputs, x, sums));
    }

    /** Computes {@link #columnSums}. */
    protected abstract void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums);

    /**
     * {@code to = to + share (from - to)}, of equal lengths: running means.
     *
     * @param share in [0, 1]
     */
    public final void blend(float share, DeviceFloats from, DeviceFloats to) {
        holds("from", from, 1);
        equalLengths("from", from, "to", to);
        distinct("from", from, "to", to);
        if (!(share >= 0 && share <= 1)) {
            throw new IllegalArgumentException("share must be in [0, 1]: share=" + share);
        }
        run(() -> blendKernel(share, from, to));
    }

    /** Computes {@link #blend}. */
    protected abstract void blendKernel(float share, DeviceFloats from, DeviceFloats to);

    /** {@code to[r, :] = from[rows[r], :]} for r below count; rows of {@code width} floats; row numbers are
     * trusted on accelerators, the CPU refuses those out of range. */
    public final void gatherRows(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        holds("rows", rows, atLeastOne("count", count));
        holds("from", from, atLeastOne("width", width));
        holds("to", to, (long) count * width);
        distinct("from", from, "to", to);
        run(() -> gatherRowsKernel(count, width, from, rows, to));
    }

    /** Computes {@link #gatherRows}. */
    protected abstract void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to);

    /** {@code to[r] = from[rows[r]]} for r below count; row numbers as for {@link #gatherRows}. */
    public final void gatherLabels(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        holds("rows", rows, atLeastOne("count", count));
        holds("from", from, 1);
        holds("to", to, count);
        distinct("from", from, "to", to);
        distinct("rows", rows, "to", to);
        run(() -> gatherLabelsKernel(count, from, rows, to));
    }

    /** Computes {@link #gatherLabels}. */
    protected abstract void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to);

    static void checkPreActivation(Activation activation, DeviceFloats z, DeviceFloats y) {
        if (activation == Activation.LINEAR) {
            distinctOrSame("z", z, "y", y);
        } else {
            distinct("z", z, "y", y);
        }
    }

    static void checkBias(DeviceFloats bias, int outputs, DeviceFloats z, DeviceFloats y) {
        if (bias != null) {
            holds("bias", bias, outputs);
            distinct("bias", bias, "z", z);
            distinct("bias", bias, "y", y);
        }
    }
}

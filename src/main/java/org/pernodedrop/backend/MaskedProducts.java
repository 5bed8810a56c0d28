package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.connectionGranularity;
import static org.pernodedrop.kernels.Arguments.notNull;
import static org.pernodedrop.kernels.Arguments.sampleWindow;

import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * The products of a PerNodeDrop layer with a mask on every connection. The mask is drawn on the way and, unless packed,
 * never stored; the T positions of a sample share it. At drop rate 0 these are the products of an ordinary dense layer.
 *
 * <p>With several positions a GPU multiplies on its tensor cores, in TF32 or bf16: {@link
 * org.pernodedrop.kernels.Precision#onTensorCores}.
 */
public abstract class MaskedProducts extends BackendTheme {
    private final Matrices matrices;
    private final Vectors vectors;

    /** Products that take those of {@code matrices} and {@code vectors} where there is no mask. */
    protected MaskedProducts(KernelRunner runner, Matrices matrices, Vectors vectors) {
        super(runner);
        this.matrices = matrices;
        this.vectors = vectors;
    }

    /**
     * {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[first + b, i, u] + bias[u]}, {@code y = act(z)}.
     *
     * @param draw {@code packed}, at least {@link #packedLength} integers, receives the kept bits for {@link #backward}
     * @param pass y is needed, too
     */
    public final void forward(MaskDraw<LayerMask, DeviceInts> draw, ForwardPass<DeviceFloats> pass) {
        checkDraw(draw);
        ConnectionShape shape = draw.shape();
        notNull("pass", pass);
        notNull("activation", pass.activation());
        holds("x", pass.x(), shape.inputSize());
        holds("w", pass.w(), shape.weightSize());
        holds("z", pass.z(), shape.outputSize());
        holds("y", pass.y(), shape.outputSize());
        Vectors.checkPreActivation(pass.activation(), pass.z(), pass.y());
        Vectors.checkBias(pass.bias(), shape.outputs(), pass.z(), pass.y());
        distinct("x", pass.x(), "z", pass.z());
        distinct("w", pass.w(), "z", pass.z());
        distinct("x", pass.x(), "y", pass.y());
        distinct("w", pass.w(), "y", pass.y());
        checkPacked(draw);
        if (draw.mask().spec().isIdentity()) {
            run(() -> unmaskedForward(shape, pass));
        } else {
            run(draw.mask(), () -> forwardKernel(draw, pass));
        }
    }

    /** Computes {@link #forward}; the mask is not the identity. */
    protected abstract void forwardKernel(MaskDraw<LayerMask, DeviceInts> draw, ForwardPass<DeviceFloats> pass);

    private void unmaskedForward(ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        int rows = shape.rows();
        int outputs = shape.outputs();
        matrices.productKernel(
                new Matrices.Factors(false, false, rows, outputs, shape.inputs(), pass.x(), pass.w()), 1, 0, pass.z());
        vectors.biasActivationKernel(pass.activation(), rows, outputs, pass.bias(), pass.z(), pass.y());
    }

    /**
     * The gradients of {@link #forward}, with the very same mask: {@code dx[b, t, i] = sum_u dz[b, t, u] w[i, u] m[first +
     * b, i, u]}, {@code dw[i, u] = sum_b m[first + b, i, u] sum_t dz[b, t, u] x[b, t, i]} and {@code db[u] = sum_b sum_t
     * dz[b, t, u]}. One call, so that a backend may draw the mask once for all.
     *
     * @param draw {@code packed} is what the forward pass left there, unchanged since; null to have the bits drawn again
     */
    public final void backward(MaskDraw<LayerMask, DeviceInts> draw, BackwardPass<DeviceFloats> pass) {
        checkDraw(draw);
        ConnectionShape shape = draw.shape();
        notNull("pass", pass);
        holds("x", pass.x(), shape.inputSize());
        holds("w", pass.w(), shape.weightSize());
        holds("dz", pass.dz(), shape.outputSize());
        checkGradient("dw", pass.dw(), shape.weightSize(), pass);
        checkGradient("dx", pass.dx(), shape.inputSize(), pass);
        checkGradient("db", pass.db(), shape.outputs(), pass);
        checkDistinct("dw", pass.dw(), "dx", pass.dx());
        checkDistinct("dw", pass.dw(), "db", pass.db());
        checkDistinct("dx", pass.dx(), "db", pass.db());
        checkPacked(draw);
        if (draw.mask().spec().isIdentity()) {
            run(() -> unmaskedBackward(shape, pass));
        } else {
            run(draw.mask(), () -> backwardKernel(draw, pass));
        }
    }

    /** Computes {@link #backward}; the mask is not the identity. */
    protected abstract void backwardKernel(MaskDraw<LayerMask, DeviceInts> draw, BackwardPass<DeviceFloats> pass);

    private static void checkGradient(String name, DeviceFloats gradient, long size, BackwardPass<DeviceFloats> pass) {
        if (gradient != null) {
            holds(name, gradient, size);
            distinct("x", pass.x(), name, gradient);
            distinct("w", pass.w(), name, gradient);
            distinct("dz", pass.dz(), name, gradient);
        }
    }

    private static void checkDistinct(String name, DeviceFloats a, String otherName, DeviceFloats b) {
        if (a != null && b != null) {
            distinct(name, a, otherName, b);
        }
    }

    private void unmaskedBackward(ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        int rows = shape.rows();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        if (pass.db() != null) {
            vectors.columnSumsKernel(rows, outputs, pass.dz(), pass.db());
        }
        if (pass.dw() != null) {
            matrices.productKernel(
                    new Matrices.Factors(true, false, inputs, outputs, rows, pass.x(), pass.dz()), 1, 0, pass.dw());
        }
        if (pass.dx() != null) {
            matrices.productKernel(
                    new Matrices.Factors(false, true, rows, inputs, outputs, pass.dz(), pass.w()), 1, 0, pass.dx());
        }
    }

    /** Integers that the packed mask of a layer takes on this device: at least one bit a connection and sample. */
    public final long packedLength(ConnectionShape shape) {
        return packedLengthKernel(notNull("shape", shape));
    }

    /** Computes {@link #packedLength}. */
    protected abstract long packedLengthKernel(ConnectionShape shape);

    private static void checkDraw(MaskDraw<LayerMask, DeviceInts> draw) {
        notNull("draw", draw);
        notNull("shape", draw.shape());
        MaskSpec spec = notNull("mask", draw.mask()).spec();
        sampleWindow(draw.firstSample(), draw.shape().samples());
        connectionGranularity(spec);
        if (spec.fixed()) {
            throw new IllegalArgumentException("a fixed mask is the same for all samples; multiply the weights by it"
                    + " (Masks.multiplyWeights) and use Matrices.product: mask=" + spec);
        }
    }

    private void checkPacked(MaskDraw<LayerMask, DeviceInts> draw) {
        if (draw.packed() == null) {
            return;
        }
        MaskSpec spec = draw.mask().spec();
        if (spec.noise() != Noise.BERNOULLI) {
            throw new IllegalArgumentException(
                    "only Bernoulli masks are bits that can be packed; packed must be null: mask=" + spec);
        }
        if (draw.shape().positions() != 1) {
            throw new IllegalArgumentException(
                    "masks are packed for one position a sample only, as many positions share"
                            + " the drawing; packed must be null: shape=" + draw.shape());
        }
        if (!spec.isIdentity()) {
            holds("packed", draw.packed(), packedLength(draw.shape()));
        }
    }
}

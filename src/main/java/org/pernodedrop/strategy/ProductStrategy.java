package org.pernodedrop.strategy;

import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/**
 * How the product {@code z = x w} of one layer is computed in its forward and backward pass, with or without a mask, and the
 * memory that this takes in between.
 */
public abstract class ProductStrategy {
    final Backend backend;

    ProductStrategy(Backend backend) {
        this.backend = backend;
    }

    /**
     * Products with a mask on every connection; what they compute is documented at {@link
     * org.pernodedrop.backend.MaskedProducts}.
     *
     * @param strategy not {@link Strategy#AUTO}
     * @param mask of connection granularity, not fixed
     */
    public static ProductStrategy masked(Strategy strategy, Backend backend, LayerMask mask) {
        return switch (strategy) {
            case FUSED -> new DrawnProduct(backend, mask, false);
            case PACKED -> new DrawnProduct(backend, mask, true);
            case MATERIALIZED -> new MaterializedProduct(backend, mask);
            case REPARAMETERIZED -> new ReparameterizedProduct(backend, mask);
            case AUTO ->
                throw new IllegalArgumentException(
                        "strategy must be one that computes; StrategyChoice picks one:" + " strategy=" + strategy);
        };
    }

    /** {@code z = x w + bias}. */
    public static ProductStrategy unmasked(Backend backend) {
        return new UnmaskedProduct(backend);
    }

    /**
     * {@code z[r, u] = m[first + r, 0, u] (x w)[r, u] + bias[u]} for each row r: a mask value for every output of every
     * sample, or of all samples if it is fixed.
     *
     * @param mask of node granularity; fixed where samples have several positions
     */
    public static ProductStrategy nodeMasked(Backend backend, LayerMask mask) {
        return new NodeMaskProduct(backend, mask);
    }

    /**
     * {@code z = x (w m) + bias}, {@code m [I, U]}: one mask for all samples, fixed or drawn at every step.
     *
     * @param mask of connection granularity
     * @param masked {@code [I, U]}, receives {@code w m}
     */
    public static ProductStrategy weightMasked(Backend backend, LayerMask mask, DeviceFloats masked) {
        return new WeightMaskProduct(backend, mask, masked);
    }

    /** How a mask on every connection is computed; empty for other products. */
    public Optional<Strategy> strategy() {
        return Optional.empty();
    }

    /** Makes room for batches of this shape or with fewer samples; the room made before is dropped. */
    public void reserve(ConnectionShape shape, Workspace workspace) {}

    /** Bytes that hold mask values from the forward to the backward pass. */
    public long maskBytes(ConnectionShape shape) {
        return 0;
    }

    /**
     * The products, plus bias, and the activation.
     *
     * @param firstSample index of sample 0 in the global batch, at least 0
     * @param pass y is needed; it may be z if the activation is linear
     */
    public abstract void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass);

    /**
     * The gradients, from that of the sums before the activation; of the last forward pass, once, at the same step.
     *
     * @param pass dz may be overwritten; dx and db are null if not wanted
     */
    public abstract void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass);

    /**
     * The gradients, from that of the output: {@code dz = dy act'(z)}, then {@link #backward(int, ConnectionShape,
     * BackwardPass)}.
     *
     * @param forward the last forward pass
     * @param pass dz holds dy at first, and is overwritten
     */
    public void backward(
            int firstSample,
            ConnectionShape shape,
            ForwardPass<DeviceFloats> forward,
            BackwardPass<DeviceFloats> pass) {
        backend.vectors()
                .activationBackward(
                        forward.activation(), shape.outputSize(), forward.z(), forward.y(), pass.dz(), pass.dz());
        backward(firstSample, shape, pass);
    }

    // ---- what the products have in common

    final void multiply(ConnectionShape shape, DeviceFloats x, DeviceFloats w, DeviceFloats z) {
        backend.matrices().product(false, false, shape.rows(), shape.outputs(), shape.inputs(), 1, x, w, 0, z);
    }

    final void activate(ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        backend.vectors()
                .biasActivation(pass.activation(), shape.rows(), shape.outputs(), pass.bias(), pass.z(), pass.y());
    }

    final void biasGradient(ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        if (pass.db() != null) {
            backend.vectors().columnSums(shape.rows(), shape.outputs(), pass.dz(), pass.db());
        }
    }

    /** {@code dw = x' dz}. */
    final void weightGradient(ConnectionShape shape, DeviceFloats x, DeviceFloats dz, DeviceFloats dw) {
        backend.matrices().product(true, false, shape.inputs(), shape.outputs(), shape.rows(), 1, x, dz, 0, dw);
    }

    /** {@code dx = dz w'}, if wanted. */
    final void inputGradient(ConnectionShape shape, DeviceFloats dz, DeviceFloats w, DeviceFloats dx) {
        if (dx != null) {
            backend.matrices().product(false, true, shape.rows(), shape.inputs(), shape.outputs(), 1, dz, w, 0, dx);
        }
    }
}

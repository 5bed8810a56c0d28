package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * The forward and backward pass of one layer with masks on connections, by one strategy, with the memory that it needs in
 * between. What the passes compute is said at {@link Backend#connectionForward} and {@link Backend#connectionBackward}.
 */
public abstract class ConnectionPasses {
    final Backend backend;
    final LayerMask mask;

    ConnectionPasses(Backend backend, LayerMask mask) {
        this.backend = backend;
        this.mask = mask;
    }

    /**
     * A layer's passes.
     *
     * @param strategy not {@link Strategy#AUTO}
     * @param mask of connection granularity, not fixed
     */
    public static ConnectionPasses of(Strategy strategy, Backend backend, LayerMask mask) {
        return switch (strategy) {
            case FUSED -> new FusedPasses(backend, mask);
            case PACKED -> new PackedPasses(backend, mask);
            case MATERIALIZED -> new MaterializedPasses(backend, mask);
            case REPARAMETERIZED -> new ReparameterizedPasses(backend, mask);
            case AUTO ->
                throw new IllegalArgumentException(
                        "strategy must be one that computes; StrategyChoice picks one:" + " strategy=" + strategy);
        };
    }

    /** How the layer is computed. */
    public abstract Strategy strategy();

    /** Makes room for batches of this shape or with fewer samples; the room made before is dropped. */
    public abstract void reserve(ConnectionShape shape, Workspace workspace);

    /** Bytes that hold mask values from the forward to the backward pass. */
    public abstract long maskBytes(ConnectionShape shape);

    /** See {@link Backend#connectionForward}. */
    public abstract void forward(
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y);

    /** See {@link Backend#connectionBackward}; of the last forward pass, once, at the same step. */
    public abstract void backward(
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw);
}

package org.pernodedrop.backend;

import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * The passes of a PerNodeDrop layer with masks on every connection. Arguments are right when they arrive, and the mask is
 * not the identity.
 */
public interface ConnectionPassKernels {
    /** Implements {@link Backend#connectionForward}. */
    void forward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y,
            DeviceInts packed);

    /** Implements {@link Backend#connectionBackward}. */
    void backward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw,
            DeviceInts packed);

    /** Implements {@link Backend#packedLength}. */
    long packedLength(ConnectionShape shape);
}

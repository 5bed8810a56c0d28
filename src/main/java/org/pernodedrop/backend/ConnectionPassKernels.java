package org.pernodedrop.backend;

/**
 * The passes of a PerNodeDrop layer with masks on every connection. Arguments are right when they arrive, and the mask is
 * not the identity.
 */
public interface ConnectionPassKernels {
    /** Implements {@link Backend#connectionForward}. */
    void forward(
            LayerMask mask,
            int firstSample,
            Activation activation,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y);

    /** Implements {@link Backend#connectionBackward}. */
    void backward(
            LayerMask mask,
            int firstSample,
            int samples,
            int inputs,
            int outputs,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw);
}

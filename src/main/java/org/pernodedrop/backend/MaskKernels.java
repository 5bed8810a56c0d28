package org.pernodedrop.backend;

/** Masks multiplied in element by element, and masks written out. Arguments are right when they arrive. */
public interface MaskKernels {
    /** Implements {@link Backend#nodeMask}. */
    void node(LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to);

    /** Implements {@link Backend#weightMask}. */
    void weight(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to);

    /** Implements {@link Backend#exportMask}. */
    void export(LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to);

    /** Implements {@link Backend#reparameterize}. */
    void reparameterize(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z);

    /** Implements {@link Backend#reparameterizeBackward}. */
    void reparameterizeBackward(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance);
}

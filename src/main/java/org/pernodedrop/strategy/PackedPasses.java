package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/** The forward pass stores the kept bits, the backward pass reads them. */
final class PackedPasses extends ConnectionPasses {
    private DeviceInts packed;

    PackedPasses(Backend backend, LayerMask mask) {
        super(backend, mask);
    }

    @Override
    public Strategy strategy() {
        return Strategy.PACKED;
    }

    @Override
    public void reserve(ConnectionShape shape, Workspace workspace) {
        packed = workspace.allocateInts(backend.packedLength(shape));
    }

    @Override
    public long maskBytes(ConnectionShape shape) {
        return Integer.BYTES * backend.packedLength(shape);
    }

    @Override
    public void forward(
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        backend.connectionForward(mask, firstSample, shape, activation, x, w, bias, z, y, packed);
    }

    @Override
    public void backward(
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw) {
        backend.connectionBackward(mask, firstSample, shape, x, w, dz, dx, dw, packed);
    }
}

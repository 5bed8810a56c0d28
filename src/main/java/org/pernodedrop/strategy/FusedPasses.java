package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/** The mask is drawn anew in each pass. */
final class FusedPasses extends ConnectionPasses {
    FusedPasses(Backend backend, LayerMask mask) {
        super(backend, mask);
    }

    @Override
    public Strategy strategy() {
        return Strategy.FUSED;
    }

    @Override
    public void reserve(ConnectionShape shape, Workspace workspace) {}

    @Override
    public long maskBytes(ConnectionShape shape) {
        return 0;
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
        backend.connectionForward(mask, firstSample, shape, activation, x, w, bias, z, y, null);
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
        backend.connectionBackward(mask, firstSample, shape, x, w, dz, dx, dw, null);
    }
}

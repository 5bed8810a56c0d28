package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;

/** {@code y[b, u] = x[b, u] m[b, u]} at work; nothing at all where there is no mask. */
final class DropoutPass implements LayerPass {
    private final Backend backend;
    private final LayerMask mask;
    private final int width;
    private DeviceFloats y;

    /**
     * A dropout layer's pass.
     *
     * @param mask of node granularity, or null for none
     */
    DropoutPass(Backend backend, LayerMask mask, int width) {
        this.backend = backend;
        this.mask = mask;
        this.width = width;
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        if (mask != null) {
            y = workspace.allocate((long) samples * width);
        }
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats x) {
        if (mask == null || !batch.mode().drawsMasks()) {
            return x;
        }
        backend.nodeMask(mask, batch.firstSample(), batch.samples(), width, x, y);
        return y;
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        if (mask != null) {
            backend.nodeMask(mask, batch.firstSample(), batch.samples(), width, dy, dy);
        }
        return dy;
    }
}

package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;

/** Pooling at work. */
final class PoolingPass implements LayerPass {
    private final Backend backend;
    private final WindowShape windows;
    private final boolean largest;
    private DeviceFloats y;
    private DeviceInts places;

    /**
     * A pooling layer's pass.
     *
     * @param largest whether the largest element is taken, not the mean
     */
    PoolingPass(Backend backend, WindowShape windows, boolean largest) {
        this.backend = backend;
        this.windows = windows;
        this.largest = largest;
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        y = workspace.allocate((long) samples * windows.outputSize());
        places = largest ? workspace.allocateInts(samples * windows.outputSize()) : null;
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats x) {
        if (largest) {
            backend.windows().maxPool(windows, batch.samples(), x, y, places);
        } else {
            backend.windows().averagePool(windows, batch.samples(), x, y);
        }
        return y;
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        if (room == null) {
            return null;
        }
        if (largest) {
            backend.windows().maxPoolBackward(windows, batch.samples(), dy, places, room);
        } else {
            backend.windows().averagePoolBackward(windows, batch.samples(), dy, room);
        }
        return room;
    }
}

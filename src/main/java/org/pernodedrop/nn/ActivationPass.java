package org.pernodedrop.nn;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;

/** {@code y = act(x)} at work. */
final class ActivationPass implements LayerPass {
    private final Backend backend;
    private final Activation activation;
    private final int width;
    private DeviceFloats x;
    private DeviceFloats y;

    ActivationPass(Backend backend, Activation activation, int width) {
        this.backend = backend;
        this.activation = activation;
        this.width = width;
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        y = workspace.allocate((long) samples * width);
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats input) {
        x = input;
        backend.biasActivation(activation, batch.samples(), width, null, x, y);
        return y;
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        backend.activationBackward(activation, (long) batch.samples() * width, x, y, dy, dy);
        return dy;
    }
}

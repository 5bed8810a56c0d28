package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/** {@code z = x w}. */
final class UnmaskedProduct extends ProductStrategy {
    UnmaskedProduct(Backend backend) {
        super(backend);
    }

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        multiply(shape, pass.x(), pass.w(), pass.z());
        activate(shape, pass);
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        biasGradient(shape, pass);
        weightGradient(shape, pass.x(), pass.dz(), pass.dw());
        inputGradient(shape, pass.dz(), pass.w(), pass.dx());
    }
}

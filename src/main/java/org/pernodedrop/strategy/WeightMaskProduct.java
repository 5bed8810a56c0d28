package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/** One mask {@code [I, U]} for all samples, multiplied into the weights. */
final class WeightMaskProduct extends ProductStrategy {
    private final LayerMask mask;
    private final DeviceFloats masked;

    WeightMaskProduct(Backend backend, LayerMask mask, DeviceFloats masked) {
        super(backend);
        this.mask = mask;
        this.masked = masked;
    }

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        // Drawn for every batch, as weights may have been written in between.
        backend.masks().multiplyWeights(mask, shape.inputs(), shape.outputs(), pass.w(), masked);
        multiply(shape, pass.x(), masked, pass.z());
        activate(shape, pass);
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        biasGradient(shape, pass);
        weightGradient(shape, pass.x(), pass.dz(), pass.dw());
        backend.masks().multiplyWeights(mask, shape.inputs(), shape.outputs(), pass.dw(), pass.dw());
        inputGradient(shape, pass.dz(), masked, pass.dx());
    }
}

package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;

/** {@code z = x (w m)}, {@code m [I, U]}: one mask for all samples, fixed or drawn at every step. */
final class WeightMaskProduct extends DenseProduct {
    private final LayerMask mask;
    private final DeviceFloats masked;

    WeightMaskProduct(DenseOperands operands, LayerMask mask, Workspace workspace) {
        super(operands);
        this.mask = mask;
        this.masked = workspace.allocate((long) operands.inputs() * operands.outputs());
    }

    @Override
    void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        // Drawn for every batch: whoever writes weights need not tell.
        applyMask(operands.weight().values(), masked);
        multiply(batch, x, masked, z);
        activate(batch, z, y);
    }

    @Override
    void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx) {
        DeviceFloats dw = operands.weight().gradient();
        weightGradient(batch, x, dz);
        applyMask(dw, dw);
        inputGradient(batch, dz, masked, dx);
    }

    private void applyMask(DeviceFloats from, DeviceFloats to) {
        operands.backend().weightMask(mask, operands.inputs(), operands.outputs(), from, to);
    }
}

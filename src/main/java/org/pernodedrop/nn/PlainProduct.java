package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;

/** {@code z = x w}. */
final class PlainProduct extends DenseProduct {
    PlainProduct(DenseOperands operands) {
        super(operands);
    }

    @Override
    void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        multiply(batch, x, operands.weight().values(), z);
        activate(batch, z, y);
    }

    @Override
    void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx) {
        weightGradient(batch, x, dz);
        inputGradient(batch, dz, operands.weight().values(), dx);
    }
}

package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;

/** {@code z[b, u] = m[b, u] (x w)[b, u]}: a mask value for every output of every sample, or of all if it is fixed. */
final class NodeProduct extends DenseProduct {
    private final LayerMask mask;

    NodeProduct(DenseOperands operands, LayerMask mask) {
        super(operands);
        this.mask = mask;
    }

    @Override
    void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        multiply(batch, x, operands.weight().values(), z);
        applyMask(batch, z);
        activate(batch, z, y);
    }

    @Override
    void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx) {
        applyMask(batch, dz);
        weightGradient(batch, x, dz);
        inputGradient(batch, dz, operands.weight().values(), dx);
    }

    private void applyMask(Batch batch, DeviceFloats values) {
        // More than one row a sample only with a fixed mask, which is the same for all.
        int rows = operands.rows(batch.samples());
        operands.backend().nodeMask(mask, batch.firstSample(), rows, operands.outputs(), values, values);
    }
}

package org.pernodedrop.nn;

import org.pernodedrop.backend.ConnectionShape;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;

/** {@code z[b, u] = sum_i x[b, i] w[i, u] m[b, i, u]}: a mask value for every connection of every sample. */
final class ConnectionProduct extends DenseProduct {
    private final LayerMask mask;

    ConnectionProduct(DenseOperands operands, LayerMask mask) {
        super(operands);
        this.mask = mask;
    }

    @Override
    void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        operands.backend()
                .connectionForward(
                        mask,
                        batch.firstSample(),
                        ConnectionShape.of(batch.samples(), operands.inputs(), operands.outputs()),
                        operands.activation(),
                        x,
                        operands.weight().values(),
                        operands.biasValues(),
                        z,
                        y,
                        null);
    }

    @Override
    void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx) {
        operands.backend()
                .connectionBackward(
                        mask,
                        batch.firstSample(),
                        ConnectionShape.of(batch.samples(), operands.inputs(), operands.outputs()),
                        x,
                        operands.weight().values(),
                        dz,
                        dx,
                        operands.weight().gradient(),
                        null);
    }
}

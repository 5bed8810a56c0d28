package org.pernodedrop.nn;

import org.pernodedrop.backend.DeviceFloats;

/** How a dense layer multiplies inputs and weights: plainly, or under one of the kinds of masks. */
abstract class DenseProduct {
    final DenseOperands operands;

    DenseProduct(DenseOperands operands) {
        this.operands = operands;
    }

    /** {@code z = x w} under the mask, plus bias, and {@code y = act(z)}; y is z if the activation is linear. */
    abstract void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y);

    /** Writes the weight's gradient and dx; dx is null if not wanted, dz may be overwritten. */
    abstract void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx);

    /** {@code z = x w}. */
    final void multiply(Batch batch, DeviceFloats x, DeviceFloats w, DeviceFloats z) {
        operands.backend()
                .matrixProduct(false, false, batch.samples(), operands.outputs(), operands.inputs(), 1f, x, w, 0f, z);
    }

    /** {@code z = z + bias}, {@code y = act(z)}. */
    final void activate(Batch batch, DeviceFloats z, DeviceFloats y) {
        operands.backend()
                .biasActivation(
                        operands.activation(), batch.samples(), operands.outputs(), operands.biasValues(), z, y);
    }

    /** {@code dw = x' dz}, into the weight's gradient. */
    final void weightGradient(Batch batch, DeviceFloats x, DeviceFloats dz) {
        operands.backend()
                .matrixProduct(
                        true,
                        false,
                        operands.inputs(),
                        operands.outputs(),
                        batch.samples(),
                        1f,
                        x,
                        dz,
                        0f,
                        operands.weight().gradient());
    }

    /** {@code dx = dz w'}, if wanted. */
    final void inputGradient(Batch batch, DeviceFloats dz, DeviceFloats w, DeviceFloats dx) {
        if (dx != null) {
            operands.backend()
                    .matrixProduct(
                            false, true, batch.samples(), operands.inputs(), operands.outputs(), 1f, dz, w, 0f, dx);
        }
    }
}

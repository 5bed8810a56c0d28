package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;

/** How a dense layer multiplies inputs and weights: plainly, or under one of the kinds of masks. */
abstract class DenseProduct {
    final DenseOperands operands;

    DenseProduct(DenseOperands operands) {
        this.operands = operands;
    }

    /** Makes room for a batch; drops the room made before, whose workspace was closed. */
    void reserve(int samples, Workspace workspace) {}

    /** What computes a mask on every connection; empty for other products, and before there is room. */
    Optional<LayerStrategy> strategy() {
        return Optional.empty();
    }

    /** {@code z = x w} under the mask, plus bias, and {@code y = act(z)}; y is z if the activation is linear. */
    abstract void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y);

    /** Writes the weight's gradient and dx; dx is null if not wanted, dz may be overwritten. */
    abstract void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx);

    /** {@code z = x w}. */
    final void multiply(Batch batch, DeviceFloats x, DeviceFloats w, DeviceFloats z) {
        operands.backend()
                .matrixProduct(false, false, rows(batch), operands.outputs(), operands.inputs(), 1f, x, w, 0f, z);
    }

    /** {@code z = z + bias}, {@code y = act(z)}. */
    final void activate(Batch batch, DeviceFloats z, DeviceFloats y) {
        operands.backend()
                .biasActivation(operands.activation(), rows(batch), operands.outputs(), operands.biasValues(), z, y);
    }

    /** {@code dw = x' dz}, into the weight's gradient. */
    final void weightGradient(Batch batch, DeviceFloats x, DeviceFloats dz) {
        operands.backend()
                .matrixProduct(
                        true,
                        false,
                        operands.inputs(),
                        operands.outputs(),
                        rows(batch),
                        1f,
                        x,
                        dz,
                        0f,
                        operands.weight().gradient());
    }

    private int rows(Batch batch) {
        return operands.rows(batch.samples());
    }

    /** {@code dx = dz w'}, if wanted. */
    final void inputGradient(Batch batch, DeviceFloats dz, DeviceFloats w, DeviceFloats dx) {
        if (dx != null) {
            operands.backend()
                    .matrixProduct(false, true, rows(batch), operands.inputs(), operands.outputs(), 1f, dz, w, 0f, dx);
        }
    }
}

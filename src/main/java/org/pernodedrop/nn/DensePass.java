package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;

/** A dense layer at work. */
final class DensePass implements LayerPass {
    private final DenseOperands operands;
    private final DenseProduct drawing;
    private final DenseProduct inference;
    private DeviceFloats x;
    private DeviceFloats z;
    private DeviceFloats y;

    /**
     * A dense layer's pass.
     *
     * @param drawing product where masks are drawn
     * @param inference product where they are not
     */
    DensePass(DenseOperands operands, DenseProduct drawing, DenseProduct inference) {
        this.operands = operands;
        this.drawing = drawing;
        this.inference = inference;
    }

    @Override
    public void reserve(int samples, Workspace workspace) {
        long size = (long) operands.rows(samples) * operands.outputs();
        z = workspace.allocate(size);
        y = operands.activation() == Activation.LINEAR ? z : workspace.allocate(size);
        drawing.reserve(samples, workspace);
    }

    @Override
    public Optional<LayerStrategy> strategy() {
        return drawing.strategy();
    }

    @Override
    public DeviceFloats forward(Batch batch, DeviceFloats input) {
        x = input;
        (batch.mode().drawsMasks() ? drawing : inference).forward(batch, x, z, y);
        return y;
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        int rows = operands.rows(batch.samples());
        long size = (long) rows * operands.outputs();
        operands.backend().activationBackward(operands.activation(), size, z, y, dy, dy);
        if (operands.bias() != null) {
            operands.backend()
                    .columnSums(rows, operands.outputs(), dy, operands.bias().gradient());
        }
        drawing.backward(batch, x, dy, room);
        return room;
    }
}

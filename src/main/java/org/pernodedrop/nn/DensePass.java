package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.strategy.ProductStrategy;

/** A dense layer at work. */
final class DensePass implements LayerPass {
    private final DenseOperands operands;
    private final DrawingProduct drawing;
    private final ProductStrategy inference;
    private DeviceFloats z;
    private DeviceFloats y;
    private ForwardPass<DeviceFloats> last;

    /**
     * A dense layer's pass.
     *
     * @param drawing product where masks are drawn
     * @param inference product where they are not
     */
    DensePass(DenseOperands operands, DrawingProduct drawing, ProductStrategy inference) {
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
    public DeviceFloats forward(Batch batch, DeviceFloats x) {
        last = operands.forward(x, z, y);
        ProductStrategy product = batch.mode().drawsMasks() ? drawing.product() : inference;
        product.forward(batch.firstSample(), operands.shape(batch.samples()), last);
        return y;
    }

    @Override
    public DeviceFloats backward(Batch batch, DeviceFloats dy, DeviceFloats room) {
        drawing.product()
                .backward(
                        batch.firstSample(),
                        operands.shape(batch.samples()),
                        last,
                        operands.backward(last.x(), dy, room, operands.biasGradient()));
        return room;
    }
}

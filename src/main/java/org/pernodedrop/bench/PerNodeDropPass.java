package org.pernodedrop.bench;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.ConnectionShape;
import org.pernodedrop.backend.LayerMask;

/**
 * The PerNodeDrop layer as networks run it. No mask value outlives the tile it is drawn for; the scratch memory is that
 * of the backend: on the CPU some tiles a thread, whatever the shape.
 */
final class PerNodeDropPass implements LayerPass {
    private final LayerBuffers buffers;
    private final LayerMask mask;

    PerNodeDropPass(LayerBuffers buffers, LayerMask mask) {
        this.buffers = buffers;
        this.mask = mask;
    }

    @Override
    public Kind kind() {
        return Kind.PERNODEDROP;
    }

    @Override
    public long maskBytes() {
        return 0;
    }

    @Override
    public void forward() {
        LayerShape shape = buffers.shape;
        buffers.backend.connectionForward(
                mask,
                0,
                ConnectionShape.of(shape.samples(), shape.inputs(), shape.outputs()),
                Activation.RELU,
                buffers.x,
                buffers.w,
                buffers.bias,
                buffers.z,
                buffers.y,
                null);
    }

    @Override
    public void backward() {
        LayerShape shape = buffers.shape;
        buffers.activationAndBiasBackward();
        buffers.backend.connectionBackward(
                mask,
                0,
                ConnectionShape.of(shape.samples(), shape.inputs(), shape.outputs()),
                buffers.x,
                buffers.w,
                buffers.dz,
                buffers.dx,
                buffers.dw,
                null);
    }
}

package org.pernodedrop.bench;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.Backend;

/** The plain dense layer: matrix products by the backend's library. */
final class DensePass implements LayerPass {
    private final Backend backend;
    private final LayerBuffers buffers;
    private final int samples;
    private final int inputs;
    private final int outputs;

    DensePass(LayerBuffers buffers) {
        this.backend = buffers.backend;
        this.buffers = buffers;
        this.samples = buffers.shape.samples();
        this.inputs = buffers.shape.inputs();
        this.outputs = buffers.shape.outputs();
    }

    @Override
    public Kind kind() {
        return Kind.DENSE;
    }

    @Override
    public long maskBytes() {
        return 0;
    }

    @Override
    public void forward() {
        backend.matrixProduct(false, false, samples, outputs, inputs, 1, buffers.x, buffers.w, 0, buffers.z);
        backend.biasActivation(Activation.RELU, samples, outputs, buffers.bias, buffers.z, buffers.y);
    }

    @Override
    public void backward() {
        buffers.activationAndBiasBackward();
        backend.matrixProduct(true, false, inputs, outputs, samples, 1, buffers.x, buffers.dz, 0, buffers.dw);
        backend.matrixProduct(false, true, samples, inputs, outputs, 1, buffers.dz, buffers.w, 0, buffers.dx);
    }
}

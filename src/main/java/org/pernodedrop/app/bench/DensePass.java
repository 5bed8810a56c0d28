package org.pernodedrop.app.bench;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.Activation;

/**
 * The plain dense layer, by the backend's matrix products; with dropout behind it if there is a node mask, which is drawn
 * for every row of y.
 */
final class DensePass implements LayerPass {
    private final Backend backend;
    private final LayerBuffers buffers;
    private final Precision precision;
    private final LayerMask nodes;
    private final int rows;
    private final int inputs;
    private final int outputs;

    /** @param nodes of node granularity; null for no dropout */
    DensePass(LayerBuffers buffers, Precision precision, LayerMask nodes) {
        this.backend = buffers.backend;
        this.buffers = buffers;
        this.precision = precision;
        this.nodes = nodes;
        this.rows = buffers.shape.rows();
        this.inputs = buffers.shape.inputs();
        this.outputs = buffers.shape.outputs();
    }

    @Override
    public String name() {
        return nodes == null ? LayerRow.DENSE : LayerRow.NODE;
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public long maskBytes() {
        return 0;
    }

    @Override
    public void forward() {
        backend.matrices().product(false, false, rows, outputs, inputs, 1, buffers.x, buffers.w, 0, buffers.z);
        backend.vectors().biasActivation(Activation.RELU, rows, outputs, buffers.bias, buffers.z, buffers.y);
        if (nodes != null) {
            backend.masks().multiplyNodes(nodes, 0, rows, outputs, buffers.y, buffers.y);
        }
    }

    @Override
    public void backward() {
        if (nodes == null) {
            buffers.activationAndBiasBackward(buffers.dy);
        } else {
            backend.masks().multiplyNodes(nodes, 0, rows, outputs, buffers.dy, buffers.dz);
            buffers.activationAndBiasBackward(buffers.dz);
        }
        backend.matrices().product(true, false, inputs, outputs, rows, 1, buffers.x, buffers.dz, 0, buffers.dw);
        backend.matrices().product(false, true, rows, inputs, outputs, 1, buffers.dz, buffers.w, 0, buffers.dx);
    }

    @Override
    public double check(ResultCheck check) {
        return check.products(this, (b, i, u) -> 1, nodes);
    }
}

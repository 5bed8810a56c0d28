package org.pernodedrop.dl4j;

import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** By ND4J's own operations: the masked weights of every sample, and batched products with them. */
@SuppressWarnings("try") // A workspace is open while its variable is in scope.
final class MaterializedMask extends BaseLayer<MaterializedMaskLayer> {
    private static final long serialVersionUID = 1;

    transient MaterializedMaskLayer.Masks masks;
    private transient INDArray mask;
    private transient INDArray masked;
    private transient INDArray z;

    MaterializedMask(NeuralNetConfiguration conf, DataType type) {
        super(conf, type);
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray w = getParam("W");
        INDArray sums;
        if (training) {
            long samples = input.size(0);
            try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
                mask = masks.draw(samples, w.size(0), w.size(1));
                masked = mask.mul(w.reshape(1, w.size(0), w.size(1)));
                z = Nd4j.matmul(input.reshape(samples, 1, w.size(0)), masked)
                        .reshape(samples, w.size(1))
                        .addiRowVector(getParam("b"));
            }
            sums = workspaces.dup(ArrayType.ACTIVATIONS, z, 'c');
        } else {
            sums = workspaces.leverageTo(ArrayType.ACTIVATIONS, input.mmul(w).addiRowVector(getParam("b")));
        }
        return layerConf().getActivationFn().getActivation(sums, training);
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        INDArray delta = layerConf().getActivationFn().backprop(z, epsilon).getFirst();
        long samples = input.size(0);
        long inputs = input.size(1);
        long outputs = delta.size(1);
        INDArray dw = gradientViews.get("W");
        INDArray db = gradientViews.get("b");
        INDArray dx;
        try (MemoryWorkspace outside = Nd4j.getWorkspaceManager().scopeOutOfWorkspaces()) {
            INDArray products = Nd4j.matmul(
                    input.reshape(samples, inputs, 1), delta.dup('c').reshape(samples, 1, outputs));
            dw.assign(products.muli(mask).sum(0));
            db.assign(delta.sum(true, 0));
            dx = Nd4j.matmul(masked, delta.dup('c').reshape(samples, outputs, 1))
                    .reshape(samples, inputs);
        }
        Gradient gradients = new DefaultGradient();
        gradients.gradientForVariable().put("W", dw);
        gradients.gradientForVariable().put("b", db);
        return new Pair<>(gradients, workspaces.dup(ArrayType.ACTIVATION_GRAD, dx, 'c'));
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}

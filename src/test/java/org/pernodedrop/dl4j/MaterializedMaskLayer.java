package org.pernodedrop.dl4j;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.memory.MemoryWorkspace;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;

/** The layer written with DL4J's operations and the mask as an array: reference of tests and benchmarks. */
final class MaterializedMaskLayer extends FeedForwardLayer {
    private static final long serialVersionUID = 1;

    /** Draws masks {@code [samples, inputs, outputs]}. */
    interface Masks {
        INDArray draw(long samples, long inputs, long outputs);
    }

    final transient Masks masks;

    private MaterializedMaskLayer(Builder builder) {
        super(builder);
        masks = builder.masks;
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        MaterializedMask layer = new MaterializedMask(conf, type);
        layer.masks = masks;
        layer.setListeners(listeners);
        layer.setIndex(index);
        layer.setParamsViewArray(parameters);
        Map<String, INDArray> table = initializer().init(conf, parameters, initialize);
        layer.setParamTable(table);
        layer.setConf(conf);
        return layer;
    }

    @Override
    public ParamInitializer initializer() {
        return DefaultParamInitializer.getInstance();
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        throw new UnsupportedOperationException("tests need no memory report");
    }

    /** Configures the layer. */
    @SuppressWarnings("unchecked")
    static final class Builder extends FeedForwardLayer.Builder<Builder> {
        private final Masks masks;

        Builder(Masks masks) {
            this.masks = masks;
        }

        @Override
        public MaterializedMaskLayer build() {
            return new MaterializedMaskLayer(this);
        }
    }

    /** Computes the masked weights of every sample, and batched products with them. */
    @SuppressWarnings("try") // A workspace is open while its variable is in scope.
    static final class MaterializedMask extends BaseLayer<MaterializedMaskLayer> {
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
                sums = workspaces.leverageTo(
                        ArrayType.ACTIVATIONS, input.mmul(w).addiRowVector(getParam("b")));
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
}

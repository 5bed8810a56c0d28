package org.pernodedrop.dl4j;

import java.util.Collection;
import java.util.Map;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;

/** The same layer as one would write it in DL4J alone, with the mask as an array: judge and peer of ours. */
final class MaterializedMaskLayer extends FeedForwardLayer {
    private static final long serialVersionUID = 1;

    /** Makes masks {@code [samples, inputs, outputs]}. */
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
}

package org.pernodedrop.dl4j;

import java.util.Map;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.Layer;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.nd4j.linalg.api.ndarray.INDArray;

/** DL4J's parameters of a dense layer, W row by row as the kernels take it instead of column by column. */
final class RowMajorParamInitializer extends DefaultParamInitializer {
    static final RowMajorParamInitializer INSTANCE = new RowMajorParamInitializer();
    private static final char ROW_MAJOR = 'c';

    private RowMajorParamInitializer() {}

    @Override
    protected boolean hasBias(Layer layer) {
        return ((PerNodeDropLayer) layer).isHasBias();
    }

    @Override
    protected INDArray createWeightMatrix(
            long inputs, long outputs, IWeightInit weightInit, INDArray view, boolean initialize) {
        long[] shape = {inputs, outputs};
        return initialize ? weightInit.init(inputs, outputs, shape, ROW_MAJOR, view) : view.reshape(ROW_MAJOR, shape);
    }

    @Override
    public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradients) {
        Map<String, INDArray> table = super.getGradientsFromFlattened(conf, gradients);
        FeedForwardLayer layer = (FeedForwardLayer) conf.getLayer();
        // Another look at the same memory.
        INDArray columns = table.get(WEIGHT_KEY);
        table.put(WEIGHT_KEY, columns.transpose().reshape(ROW_MAJOR, layer.getNIn(), layer.getNOut()));
        return table;
    }
}

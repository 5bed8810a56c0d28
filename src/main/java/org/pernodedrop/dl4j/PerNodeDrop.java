package org.pernodedrop.dl4j;

import static org.deeplearning4j.nn.params.DefaultParamInitializer.BIAS_KEY;
import static org.deeplearning4j.nn.params.DefaultParamInitializer.WEIGHT_KEY;

import java.util.Arrays;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.gradient.DefaultGradient;
import org.deeplearning4j.nn.gradient.Gradient;
import org.deeplearning4j.nn.layers.BaseLayer;
import org.deeplearning4j.nn.workspace.ArrayType;
import org.deeplearning4j.nn.workspace.LayerWorkspaceMgr;
import org.nd4j.common.primitives.Pair;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.pernodedrop.dl4j.MaskedProduct.DrawnMask;
import org.pernodedrop.mask.Mask;

/**
 * The layer that DL4J's networks create from a {@link PerNodeDropLayer}. It keeps the pre-activations of a training
 * pass for the backward pass, but not the mask, which is drawn again.
 */
public final class PerNodeDrop extends BaseLayer<PerNodeDropLayer> {
    private static final long serialVersionUID = 1;

    private final transient MaskedProduct product;
    private transient INDArray z;

    /**
     * Called by DL4J.
     *
     * @throws IllegalArgumentException if the type is neither FLOAT nor DOUBLE, or the configured drop rate or noise is
     *     invalid
     * @throws IllegalStateException for FLOAT on a backend of ND4J other than the native and the CUDA one
     */
    public PerNodeDrop(NeuralNetConfiguration conf, DataType type) {
        super(conf, type);
        product = MaskedProduct.of(type);
        layerConf().maskSpec();
    }

    /** The mask of a training pass at the network's present iteration. */
    Mask mask() {
        return drawn().values();
    }

    private DrawnMask drawn() {
        PerNodeDropLayer settings = layerConf();
        long seed = settings.getMaskSeed() == null ? conf().getSeed() : settings.getMaskSeed();
        return new DrawnMask(settings.maskSpec(), seed, getIndex(), getIterationCount());
    }

    @Override
    public INDArray activate(boolean training, LayerWorkspaceMgr workspaces) {
        INDArray sums = preOutput(training, workspaces);
        if (training) {
            z = sums;
            sums = workspaces.dup(ArrayType.ACTIVATIONS, sums, 'c');
        } else {
            z = null;
        }
        INDArray activated = layerConf().getActivationFn().getActivation(sums, training);
        if (maskArray != null) {
            applyMask(activated);
        }
        return activated;
    }

    @Override
    protected INDArray preOutput(boolean training, LayerWorkspaceMgr workspaces) {
        assertInputSet(false);
        applyDropOutIfNecessary(training, workspaces);
        INDArray w = getParamWithNoise(WEIGHT_KEY, training, workspaces);
        INDArray bias = hasBias() ? getParamWithNoise(BIAS_KEY, training, workspaces) : null;
        requireInput(w);
        INDArray x = input.castTo(dataType);
        INDArray sums =
                workspaces.createUninitialized(ArrayType.ACTIVATIONS, dataType, new long[] {x.size(0), w.size(1)}, 'c');
        if (training) {
            product.forward(drawn(), x, w, bias == null ? null : row(bias), sums);
        } else {
            x.mmuli(w, sums);
            if (bias != null) {
                sums.addiRowVector(bias);
            }
        }
        return sums;
    }

    // DL4J's biases are vectors.
    private static INDArray row(INDArray vector) {
        return vector.reshape(1, vector.length());
    }

    private void requireInput(INDArray w) {
        if (input.rank() != 2 || input.size(1) != w.size(0)) {
            throw new IllegalArgumentException(
                    "the input must be a matrix of one row a sample and nIn columns; set the network's input type, or"
                            + " reshape: layer=" + layerId() + ", input=" + Arrays.toString(input.shape())
                            + ", nIn=" + w.size(0));
        }
    }

    @Override
    public Pair<Gradient, INDArray> backpropGradient(INDArray epsilon, LayerWorkspaceMgr workspaces) {
        assertInputSet(true);
        INDArray sums = z != null ? z : preOutput(true, workspaces);
        z = null;
        INDArray delta = layerConf().getActivationFn().backprop(sums, epsilon).getFirst();
        if (maskArray != null) {
            applyMask(delta);
        }
        INDArray x = input.castTo(dataType);
        INDArray w = getParamWithNoise(WEIGHT_KEY, true, workspaces);
        INDArray dx = workspaces.createUninitialized(ArrayType.ACTIVATION_GRAD, dataType, x.shape(), 'c');
        INDArray dw = gradientViews.get(WEIGHT_KEY);
        INDArray db = gradientViews.get(BIAS_KEY);
        product.backward(drawn(), x, w, delta, dx, dw, db == null ? null : row(db));
        Gradient gradients = new DefaultGradient();
        gradients.gradientForVariable().put(WEIGHT_KEY, dw);
        if (db != null) {
            gradients.gradientForVariable().put(BIAS_KEY, db);
        }
        weightNoiseParams.clear();
        return new Pair<>(gradients, backpropDropOutIfPresent(dx));
    }

    @Override
    public void setParams(INDArray params) {
        if (params != paramsFlattened) {
            setParams(params, 'c');
        }
    }

    @Override
    public void clear() {
        super.clear();
        z = null;
    }

    @Override
    public boolean hasBias() {
        return layerConf().isHasBias();
    }

    @Override
    public boolean isPretrainLayer() {
        return false;
    }
}

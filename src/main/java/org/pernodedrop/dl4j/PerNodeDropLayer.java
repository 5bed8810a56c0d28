package org.pernodedrop.dl4j;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import org.deeplearning4j.nn.api.Layer;
import org.deeplearning4j.nn.api.ParamInitializer;
import org.deeplearning4j.nn.conf.NeuralNetConfiguration;
import org.deeplearning4j.nn.conf.inputs.InputType;
import org.deeplearning4j.nn.conf.layers.FeedForwardLayer;
import org.deeplearning4j.nn.conf.layers.LayerValidation;
import org.deeplearning4j.nn.conf.memory.LayerMemoryReport;
import org.deeplearning4j.nn.conf.memory.MemoryReport;
import org.deeplearning4j.nn.params.DefaultParamInitializer;
import org.deeplearning4j.nn.weights.IWeightInit;
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * A dense layer with multiplicative noise on every connection, drawn anew for every sample: in training
 *
 * <pre>y[b, u] = act(sum_i x[b, i] w[i, u] m[b, i, u] + bias[u])</pre>
 *
 * <p>and at inference the same without m. It is configured like every DL4J layer and can be part of a
 * {@code MultiLayerNetwork} or a {@code ComputationGraph}:
 *
 * <pre>{@code
 * new NeuralNetConfiguration.Builder().seed(42).updater(new Adam(1e-3)).list()
 *         .layer(new PerNodeDropLayer.Builder().nOut(256).activation(Activation.RELU).dropRate(0.5).build())
 *         .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
 *         .setInputType(InputType.feedForward(784))
 *         .build()
 * }</pre>
 *
 * <p>The mask m {@code [B, nIn, nOut]} is never stored. It is a function of (seed, the layer's index in the network,
 * the network's iteration, row of the batch, input, output): a restored network continues with the same masks as
 * without the interruption, and DL4J's gradient checks see the same mask at every call. Rows of a batch are samples:
 * sequences, which DL4J reshapes to rows, get one mask per time step.
 *
 * <p>Data types: FLOAT calls the kernels of {@link org.pernodedrop.kernels.cpu.HostKernels} on ND4J's own memory (on its
 * CUDA backend, untested, those of {@link org.pernodedrop.kernels.cuda.PointerKernels}); DOUBLE draws the same masks and
 * multiplies with ND4J sample by sample, which is slow and intended for gradient checks. Other types are refused when
 * the network is initialised.
 *
 * <p>Weights {@code W} are row-major in DL4J's flat parameters (those of {@code DenseLayer} are column-major).
 */
public class PerNodeDropLayer extends FeedForwardLayer {
    private static final long serialVersionUID = 1;

    private double dropRate;
    private Noise noise;
    private Long maskSeed;
    private boolean hasBias = true;

    /** For JSON. */
    public PerNodeDropLayer() {}

    private PerNodeDropLayer(Builder builder) {
        super(builder);
        dropRate = builder.dropRate;
        noise = builder.noise;
        maskSeed = builder.maskSeed;
        hasBias = builder.hasBias;
        initializeConstraints(builder);
        maskSpec();
    }

    /** Drop rate p: share of dropped connections; Gaussian noise has variance p/(1 - p). */
    public double getDropRate() {
        return dropRate;
    }

    public void setDropRate(double dropRate) {
        this.dropRate = dropRate;
    }

    public Noise getNoise() {
        return noise;
    }

    public void setNoise(Noise noise) {
        this.noise = noise;
    }

    /** Seed of the masks; null for the network's. */
    public Long getMaskSeed() {
        return maskSeed;
    }

    public void setMaskSeed(Long maskSeed) {
        this.maskSeed = maskSeed;
    }

    /** Whether there is a bias; true unless set. */
    public boolean isHasBias() {
        return hasBias;
    }

    public void setHasBias(boolean hasBias) {
        this.hasBias = hasBias;
    }

    /** Distribution of the masks; refuses an invalid drop rate or noise. */
    MaskSpec maskSpec() {
        return MaskSpec.of(noise, Granularity.CONNECTION, dropRate);
    }

    @Override
    public Layer instantiate(
            NeuralNetConfiguration conf,
            Collection<TrainingListener> listeners,
            int index,
            INDArray parameters,
            boolean initialize,
            DataType type) {
        LayerValidation.assertNInNOutSet("PerNodeDropLayer", getLayerName(), index, getNIn(), getNOut());
        PerNodeDrop layer = new PerNodeDrop(conf, type);
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
        return RowMajorParameters.INSTANCE;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long parameters = initializer().numParams(this);
        long updater = getIUpdater().stateSize(parameters);
        // Pre-activations are kept for the backward pass.
        long training = outputType.arrayElementsPerExample()
                + (getIDropout() == null ? 0 : inputType.arrayElementsPerExample());
        return new LayerMemoryReport.Builder(layerName, PerNodeDropLayer.class, inputType, outputType)
                .standardMemory(parameters, updater)
                .workingMemory(0, 0, 0, training)
                .cacheMemory(MemoryReport.CACHE_MODE_ALL_ZEROS, MemoryReport.CACHE_MODE_ALL_ZEROS)
                .build();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PerNodeDropLayer that
                && super.equals(that)
                && dropRate == that.dropRate
                && noise == that.noise
                && Objects.equals(maskSeed, that.maskSeed)
                && hasBias == that.hasBias;
    }

    @Override
    protected boolean canEqual(Object other) {
        return other instanceof PerNodeDropLayer;
    }

    @Override
    public int hashCode() {
        return Objects.hash(super.hashCode(), dropRate, noise, maskSeed, hasBias);
    }

    @Override
    public String toString() {
        return "PerNodeDropLayer(" + super.toString() + ", dropRate=" + dropRate + ", noise=" + noise + ", maskSeed="
                + maskSeed + ", hasBias=" + hasBias + ")";
    }

    /** Settings of a layer, in addition to DL4J's. */
    @SuppressWarnings("unchecked") // DL4J's build() is generic in its result.
    public static class Builder extends FeedForwardLayer.Builder<Builder> {
        private double dropRate = 0.5;
        private Noise noise = Noise.BERNOULLI;
        private Long maskSeed;
        private boolean hasBias = true;

        /** @param rate in [0, 1); 0.5 if not set; {@link #build} refuses others */
        public Builder dropRate(double rate) {
            dropRate = rate;
            return this;
        }

        /** @param kind {@link Noise#BERNOULLI} if not set */
        public Builder noise(Noise kind) {
            noise = kind;
            return this;
        }

        /** @param seed of the masks; the network's if not set */
        public Builder maskSeed(long seed) {
            maskSeed = seed;
            return this;
        }

        /** @param wanted true if not set */
        public Builder hasBias(boolean wanted) {
            hasBias = wanted;
            return this;
        }

        /** @throws IllegalArgumentException if a setting is out of range */
        @Override
        public PerNodeDropLayer build() {
            return new PerNodeDropLayer(this);
        }
    }

    /** DL4J's parameters of a dense layer, with W row-major, as the kernels require, instead of column-major. */
    static final class RowMajorParameters extends DefaultParamInitializer {
        static final RowMajorParameters INSTANCE = new RowMajorParameters();
        private static final char ROW_MAJOR = 'c';

        private RowMajorParameters() {}

        @Override
        protected boolean hasBias(org.deeplearning4j.nn.conf.layers.Layer layer) {
            return ((PerNodeDropLayer) layer).isHasBias();
        }

        @Override
        protected INDArray createWeightMatrix(
                long inputs, long outputs, IWeightInit weightInit, INDArray view, boolean initialize) {
            long[] shape = {inputs, outputs};
            return initialize
                    ? weightInit.init(inputs, outputs, shape, ROW_MAJOR, view)
                    : view.reshape(ROW_MAJOR, shape);
        }

        @Override
        public Map<String, INDArray> getGradientsFromFlattened(NeuralNetConfiguration conf, INDArray gradients) {
            Map<String, INDArray> table = super.getGradientsFromFlattened(conf, gradients);
            FeedForwardLayer layer = (FeedForwardLayer) conf.getLayer();
            // A view of the same memory.
            INDArray columns = table.get(WEIGHT_KEY);
            table.put(WEIGHT_KEY, columns.transpose().reshape(ROW_MAJOR, layer.getNIn(), layer.getNOut()));
            return table;
        }
    }
}

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
import org.deeplearning4j.optimize.api.TrainingListener;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * A dense layer whose connections are disturbed by noise that is drawn anew for every sample: in training
 *
 * <pre>y[b, u] = act(sum_i x[b, i] w[i, u] m[b, i, u] + bias[u])</pre>
 *
 * <p>and at inference the same without m. It is configured as any layer of DL4J, and goes into a {@code
 * MultiLayerNetwork} or a {@code ComputationGraph}:
 *
 * <pre>{@code
 * new NeuralNetConfiguration.Builder().seed(42).updater(new Adam(1e-3)).list()
 *         .layer(new PerNodeDropLayer.Builder().nOut(256).activation(Activation.RELU).dropRate(0.5).build())
 *         .layer(new OutputLayer.Builder().nOut(10).activation(Activation.SOFTMAX).build())
 *         .setInputType(InputType.feedForward(784))
 *         .build()
 * }</pre>
 *
 * <p>The mask m {@code [B, nIn, nOut]} is never stored. It is a function of (seed, the layer's index in the network, the
 * network's iteration, the row of the batch, input, output), so that a network that was saved and restored goes on with the
 * masks it would have had, and DL4J's gradient checks find the same mask at every call. Rows of a batch are samples: sequences,
 * which DL4J turns into rows, get a mask for each time step.
 *
 * <p>Data types: FLOAT uses the kernels of {@link org.pernodedrop.kernels.cpu.HostKernels} on ND4J's own memory (on its CUDA
 * backend, untested, those of {@link org.pernodedrop.kernels.cuda.PointerKernels}); DOUBLE draws the same masks and multiplies in
 * ND4J, a sample at a time, which is slow and meant for gradient checks. Others are refused when the network is initialised.
 *
 * <p>Weights {@code W} lie row by row in DL4J's flat parameters (DL4J's {@code DenseLayer} has them column by column).
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

    /** Share of connections that are dropped, or for Gaussian noise p of its variance p/(1 - p). */
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

    /**
     * What masks are drawn by.
     *
     * @throws IllegalArgumentException if drop rate or noise are none
     */
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
        return RowMajorParamInitializer.INSTANCE;
    }

    @Override
    public LayerMemoryReport getMemoryReport(InputType inputType) {
        InputType outputType = getOutputType(-1, inputType);
        long parameters = initializer().numParams(this);
        long updater = getIUpdater().stateSize(parameters);
        // The sums before the activation are kept for the backward pass.
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

    /** Settings of a layer; those that are not here are DL4J's own. */
    @SuppressWarnings("unchecked") // DL4J's build() is generic by what it returns.
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

        /** @throws IllegalArgumentException if a setting is out of its range */
        @Override
        public PerNodeDropLayer build() {
            return new PerNodeDropLayer(this);
        }
    }
}

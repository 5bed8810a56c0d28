package org.pernodedrop.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Parameter;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.training.ParameterStore;
import ai.djl.util.PairList;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Arrays;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.djl.Tape.HostArrays;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * A linear layer with multiplicative noise on every connection, drawn anew for every sample: in training
 *
 * <pre>y[b, u] = sum_i x[b, i] w[i, u] m[b, i, u] + bias[u]</pre>
 *
 * <p>and at inference the same without m. Inputs are {@code [B, I]}, or {@code [B, T, I]}, where the T positions of a
 * sample share its mask; FLOAT32, on the CPU, with the PyTorch engine. Like DJL's {@code Linear} it has no activation:
 *
 * <pre>{@code
 * new SequentialBlock()
 *         .add(PerNodeDropBlock.builder().setUnits(256).optDropRate(0.5).build())
 *         .add(Activation::relu)
 *         .add(Linear.builder().setUnits(10).build())
 * }</pre>
 *
 * <p>Training needs a {@link PerNodeDropBlockTrainer}, since DJL's autograd cannot differentiate other kernels than its
 * own; without one, training passes are refused. The mask is never stored. It is a function of (seed, the block's
 * number in the model, the trainer's step, the sample's number within the step, input, output). Seed and step are saved
 * with the parameters: a loaded model continues with the same masks as without the interruption.
 *
 * <p>Parameters: {@code weight} {@code [I, units]}, the transpose of {@code Linear}'s and with the same initial values;
 * {@code bias} {@code [units]}.
 *
 * <p>Inference is thread-safe; only one trainer at a time may make training passes.
 */
public final class PerNodeDropBlock extends AbstractBlock {
    private static final byte FORMAT = 1;
    /** The step after the last. */
    private static final int END = (int) (StepState.LAST_STEP + 1);

    private final int units;
    private final MaskSpec spec;
    private final Long givenSeed;
    private final Parameter weight;
    private final Parameter bias;
    private long seed;
    /** Unsigned. */
    private int step;

    private int samples;
    private int layer;
    private PerNodeDropBlockTrainer trainer;

    private PerNodeDropBlock(Builder builder) {
        super(FORMAT);
        units = builder.units;
        spec = MaskSpec.of(builder.noise, Granularity.CONNECTION, builder.dropRate);
        givenSeed = builder.maskSeed;
        seed = givenSeed == null ? 0 : givenSeed;
        weight = parameter("weight", Parameter.Type.WEIGHT);
        bias = builder.bias ? parameter("bias", Parameter.Type.BIAS) : null;
    }

    private Parameter parameter(String name, Parameter.Type type) {
        return addParameter(Parameter.builder().setName(name).setType(type).build());
    }

    /** Settings of a block; all but the units have defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Assigns the block to a trainer, as its layer of this number. */
    synchronized void join(PerNodeDropBlockTrainer owner, int number) {
        trainer = owner;
        layer = number;
    }

    /** Releases the block, if it was assigned to this trainer. */
    synchronized void leave(PerNodeDropBlockTrainer owner) {
        if (trainer == owner) {
            trainer = null;
        }
    }

    /** Refuses steps of a trainer that the block is not assigned to. */
    synchronized void requireOwner(PerNodeDropBlockTrainer owner) {
        if (trainer != owner) {
            throw new IllegalStateException(
                    "a block's masks belong to the trainer that was made last; close it before another's step(): block="
                            + this);
        }
    }

    /** Refuses a step after the last, for which no masks are defined. */
    synchronized void requireStep() {
        if (step == END) {
            throw new IllegalStateException("steps end at " + StepState.LAST_STEP
                    + ", and nothing was changed; train a block with another mask seed: step="
                    + Integer.toUnsignedString(step) + ", block=" + this);
        }
    }

    /** Advances to the masks of the next step. */
    synchronized void advance() {
        requireStep();
        step++;
        samples = 0;
    }

    /** The mask of the present step. */
    synchronized Mask mask() {
        requireStep();
        return Mask.of(spec, seed, layer, step);
    }

    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore, NDList inputs, boolean training, PairList<String, Object> params) {
        NDArray x = inputs.singletonOrThrow();
        requireInput(x.getShape());
        Device device = x.getDevice();
        NDArray w = parameterStore.getValue(weight, device, training);
        NDArray b = parameterStore.getValue(bias, device, training);
        if (!training) {
            NDArray sums = x.matMul(w);
            return new NDList(b == null ? sums : sums.addi(b));
        }
        PtNDArray hostX = HostArrays.require("input", x);
        PtNDArray hostW = HostArrays.require("weight", w);
        PtNDArray hostB = b == null ? null : HostArrays.require("bias", b);
        ConnectionShape shape = connections(x.getShape());
        Tape tape = tape();
        Mask mask;
        int first;
        synchronized (this) {
            mask = mask();
            first = samples;
            samples = Math.addExact(samples, shape.samples());
        }
        return new NDList(tape.product(mask, first, shape, hostX, hostW, hostB));
    }

    private synchronized Tape tape() {
        if (trainer == null) {
            throw new IllegalStateException(
                    "a training pass through a PerNodeDropBlock needs a PerNodeDropBlockTrainer, which"
                            + " finds it as a child block of its model; make one by PerNodeDropBlockTrainer.of(model, config): block="
                            + this);
        }
        return trainer.tape();
    }

    private void requireInput(Shape shape) {
        int rank = shape.dimension();
        long inputs = weight.getArray().getShape().get(0);
        if ((rank != 2 && rank != 3) || shape.get(rank - 1) != inputs || shape.size() == 0) {
            throw new IllegalArgumentException("the input must be [B, I] or [B, T, I], and not empty; add"
                    + " Blocks.batchFlattenBlock() before, or reshape: input=" + shape + ", I=" + inputs);
        }
    }

    private ConnectionShape connections(Shape shape) {
        int rank = shape.dimension();
        int positions = rank == 2 ? 1 : Math.toIntExact(shape.get(1));
        return new ConnectionShape(
                Math.toIntExact(shape.get(0)), positions, Math.toIntExact(shape.get(rank - 1)), units);
    }

    @Override
    public Shape[] getOutputShapes(Shape[] inputs) {
        return new Shape[] {inputs[0].slice(0, inputs[0].dimension() - 1).add(units)};
    }

    @Override
    protected void prepare(Shape[] inputs) {
        if (bias != null) {
            bias.setShape(new Shape(units));
        }
    }

    /**
     * Called by DJL.
     *
     * @throws IllegalArgumentException if there is not one input, of rank 2 or 3
     */
    @Override
    public void initialize(NDManager manager, DataType dataType, Shape... inputs) {
        if (inputs.length != 1 || (inputs[0].dimension() != 2 && inputs[0].dimension() != 3)) {
            throw new IllegalArgumentException(
                    "the input must be [B, I] or [B, T, I]; add Blocks.batchFlattenBlock() before, or reshape: inputs="
                            + Arrays.toString(inputs));
        }
        if (!weight.isInitialized()) {
            Integer engineSeed = manager.getEngine().getSeed();
            if (givenSeed == null && engineSeed != null) {
                seed = engineSeed;
            }
            // Initializers treat the second dimension as inputs.
            Shape transposed = new Shape(units, inputs[0].get(inputs[0].dimension() - 1));
            try (NDManager scratch = manager.newSubManager()) {
                NDArray values = weight.getInitializer().initialize(scratch, transposed, dataType);
                // Through a vector, since a copy of a transpose would keep its memory order.
                NDArray laid = values.transpose().reshape(-1).reshape(transposed.get(1), units);
                laid.attach(manager);
                weight.setShape(null);
                weight.setArray(laid);
            }
        }
        super.initialize(manager, dataType, inputs);
    }

    @Override
    protected void saveMetadata(DataOutputStream os) throws IOException {
        os.writeLong(seed);
        os.writeInt(step);
        saveInputShapes(os);
    }

    @Override
    protected void loadMetadata(byte loadVersion, DataInputStream is) throws IOException, MalformedModelException {
        if (loadVersion != FORMAT) {
            throw new MalformedModelException("a PerNodeDropBlock's parameters must be of format " + FORMAT
                    + "; load them by the version of the library that saved them: format=" + loadVersion);
        }
        long savedSeed = is.readLong();
        seed = givenSeed == null ? savedSeed : givenSeed;
        step = is.readInt();
        samples = 0;
        readInputShapes(is);
    }

    @Override
    public void loadParameters(NDManager manager, DataInputStream is) throws IOException, MalformedModelException {
        super.loadParameters(manager, is);
        Shape loaded = weight.isInitialized() ? weight.getShape() : null;
        if (loaded == null || loaded.dimension() != 2 || loaded.get(1) != units) {
            throw new MalformedModelException("the parameters are another block's: weight must be [I, " + units
                    + "], as units of the builder say; loaded=" + loaded);
        }
    }

    @Override
    public String toString() {
        return "PerNodeDropBlock(units=" + units + ", noise=" + spec.noise() + ", dropRate=" + spec.effectiveDropRate()
                + ")";
    }

    /** Settings of a block. */
    public static final class Builder {
        private int units;
        private double dropRate = 0.5;
        private Noise noise = Noise.BERNOULLI;
        private boolean bias = true;
        private Long maskSeed;

        private Builder() {}

        /** @param count number of outputs, at least 1; required */
        public Builder setUnits(int count) {
            units = count;
            return this;
        }

        /**
         * @param rate drop rate p, in [0, 1): share of dropped connections; Gaussian noise has variance p/(1 - p); 0.5
         *     if not set
         */
        public Builder optDropRate(double rate) {
            dropRate = rate;
            return this;
        }

        /** @param kind {@link Noise#BERNOULLI} if not set */
        public Builder optNoise(Noise kind) {
            noise = kind;
            return this;
        }

        /** @param wanted whether there is a bias; true if not set */
        public Builder optBias(boolean wanted) {
            bias = wanted;
            return this;
        }

        /** @param value seed of the masks; if not set, that of DJL's engine when the block is initialised, or 0 */
        public Builder optMaskSeed(long value) {
            maskSeed = value;
            return this;
        }

        /** @throws IllegalArgumentException if units were not set, or a setting is out of range */
        public PerNodeDropBlock build() {
            if (units < 1) {
                throw new IllegalArgumentException("units must be at least 1; set them by setUnits: units=" + units);
            }
            return new PerNodeDropBlock(this);
        }
    }
}

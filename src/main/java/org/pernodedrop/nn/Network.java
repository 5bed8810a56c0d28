package org.pernodedrop.nn;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;

/**
 * A network on a backend: parameters, gradients, moments and activations, and the passes over them.
 *
 * <pre>{@code
 * try (Network network = Network.builder()
 *         .input(64)
 *         .seed(42)
 *         .add(PerNodeDropDense.units(256).dropRate(0.5).activation(Activation.RELU).build())
 *         .add(Dense.units(10).build())
 *         .loss(Loss.SOFTMAX_CROSS_ENTROPY)
 *         .optimizer(Adam.standard())
 *         .build(backend)) {
 *     network.step(x, labels, samples, totals);
 * }
 * }</pre>
 *
 * <p>Everything follows from the spec, its seed, the step and the batches: the same calls give the same bits, whatever
 * the number of threads. Room for activations grows to the largest batch seen; apart from that nothing is allocated on
 * the device after building. Buffers that are handed out belong to the network.
 *
 * <p>One thread at a time, as its backend: each method is one operation of that, during which other threads are refused
 * with {@link IllegalStateException}. A training step that cannot be made, as behind {@link StepState#LAST_STEP}, changes
 * nothing.
 *
 * <p>Steps can be captured ({@link Backend#capture}) once there is room for the batch: {@link #reserve} before. A captured
 * step holds the first sample and the buffers of its capture, and ends with the room: when the network grows or is
 * closed, replays are refused.
 */
public final class Network implements AutoCloseable {
    /** Learning rate of a new network. */
    public static final float INITIAL_LEARNING_RATE = 1e-3f;

    private final NetworkSpec spec;
    private final Backend backend;
    private final StepState state;
    private final Workspace lasting;
    private final ParameterBuffers parameters;
    private final ParameterBuffers.Statistics statistics;
    private final LayerStack layers;
    private final int outputs;
    private int firstSample;
    private boolean closed;

    /**
     * Puts a network on a backend: at step 0, with initial parameters and learning rate {@link #INITIAL_LEARNING_RATE}.
     *
     * @param backend must outlive the network
     */
    public Network(NetworkSpec spec, Backend backend) {
        this.spec = Objects.requireNonNull(spec, "spec");
        this.backend = Objects.requireNonNull(backend, "backend");
        this.outputs = spec.outputShape().size();
        this.lasting = new Workspace(backend);
        this.state = backend.memory().newStepState(spec.seed());
        try {
            state.setLearningRate(INITIAL_LEARNING_RATE);
            this.parameters = new ParameterBuffers(spec, backend, lasting);
            this.statistics = new ParameterBuffers.Statistics(spec, backend, lasting);
            this.layers = layers();
        } catch (RuntimeException | Error e) {
            close();
            throw e;
        }
    }

    private LayerStack layers() {
        int firstTrained = 0;
        while (parameters.of(firstTrained).isEmpty()) {
            firstTrained++;
        }
        List<LayerPass> passes = new ArrayList<>();
        for (int number = 0; number < spec.layers().size(); number++) {
            LayerFactory factory = new LayerFactory(
                    backend,
                    state,
                    number,
                    spec.inputShape(number),
                    number > firstTrained,
                    parameters.of(number),
                    statistics.of(number),
                    lasting);
            passes.add(factory.create(spec.layers().get(number)));
        }
        return new LayerStack(spec, backend, state, passes, firstTrained);
    }

    /** Starts a description. */
    public static NetworkBuilder builder() {
        return new NetworkBuilder();
    }

    /** What the network is. */
    public NetworkSpec spec() {
        return spec;
    }

    /** What computes. */
    public Backend backend() {
        return backend;
    }

    /** Seed, step and learning rate; the network advances it after every update. */
    public StepState state() {
        return state;
    }

    /** Index of row 0 of the next batches in the global batch; 0 unless set. */
    public int firstSample() {
        return firstSample;
    }

    /**
     * Says that the next batches are parts of larger ones, so that their rows draw the masks that they would have drawn
     * there.
     *
     * @param firstSample index of row 0 in the global batch, at least 0
     */
    public void setFirstSample(int firstSample) {
        if (firstSample < 0) {
            throw new IllegalArgumentException("firstSample must be at least 0: firstSample=" + firstSample);
        }
        backend.alone(() -> this.firstSample = firstSample);
    }

    // ---- passes

    /** Makes room for batches of this size now instead of at the first one; outputs handed out before are closed. */
    public void reserve(int samples) {
        backend.alone(() -> layers.reserve(samples));
    }

    /**
     * How the layers with a mask on every connection are computed, by their numbers, for the batches that there is room for;
     * empty before {@link #reserve} and the first batch.
     */
    public List<LayerStrategy> strategies() {
        return layers.strategies();
    }

    /**
     * The output {@code [B, U]} for an input {@code x [B, I]}.
     *
     * @param x must stay as it is until the backward pass, if there is one
     * @param samples B, at least 1; x may hold more
     * @return exactly {@code B U} floats, valid until the next pass; may lie in x if no layer does anything
     */
    public DeviceFloats forward(DeviceFloats x, int samples, Mode mode) {
        return backend.alone(() -> layers.forward(x, samples, firstSample, mode))
                .slice(0, (long) samples * outputs);
    }

    /**
     * The gradients of all parameters, without L2, from the gradient for the output of the last forward pass, which
     * must have been a {@link Mode#TRAINING} one. Overwrites the gradients of the pass before.
     *
     * @param outputGradient {@code [B, U]}; overwritten
     * @throws IllegalStateException if the last pass was another one
     */
    public void backward(DeviceFloats outputGradient) {
        backend.alone(() -> layers.backward(outputGradient));
    }

    /**
     * Adds L2 to the gradients, lets the parameters follow them, and goes to the next step.
     *
     * @throws IllegalStateException if the last step was made; nothing is changed then
     */
    public void update() {
        backend.alone(this::follow);
    }

    private void follow() {
        layers.requireOpen();
        backend.optimizers().requireStep(state);
        parameters.addPenalties();
        parameters.update(state);
        backend.optimizers().advance(state);
    }

    /**
     * One training step on labelled samples: forward, loss, backward, update.
     *
     * @param x {@code [B, I]}
     * @param labels {@code [B]}, in [0, U); trusted
     * @param samples B, at least 1; may be less than in other steps
     * @param totals receives the losses and hits, with masks on and before the update, without L2
     * @throws IllegalArgumentException if the loss needs float targets
     */
    public void step(DeviceFloats x, DeviceInts labels, int samples, LossAccumulator totals) {
        requireLoss(Loss.SOFTMAX_CROSS_ENTROPY, "labels", "float targets");
        backend.alone(() -> {
            DeviceFloats output = layers.forward(x, samples, firstSample, Mode.TRAINING);
            backend.losses()
                    .softmaxCrossEntropy(state, samples, outputs, output, labels, layers.gradientRoom(), totals);
            finishStep();
        });
    }

    /**
     * One training step on samples with float targets {@code [B, U]}; see {@link #step(DeviceFloats, DeviceInts, int,
     * LossAccumulator)}.
     *
     * @throws IllegalArgumentException if the loss needs labels
     */
    public void step(DeviceFloats x, DeviceFloats targets, int samples, LossAccumulator totals) {
        requireLoss(Loss.MEAN_SQUARED_ERROR, "float targets", "labels");
        backend.alone(() -> {
            DeviceFloats output = layers.forward(x, samples, firstSample, Mode.TRAINING);
            backend.losses().meanSquaredError(state, samples, outputs, output, targets, layers.gradientRoom(), totals);
            finishStep();
        });
    }

    // A replay leaves no forward pass to go back from, so a step doesn't either.
    private void finishStep() {
        layers.backwardOnce();
        follow();
    }

    /**
     * Adds the losses and hits of labelled samples to the totals, without masks; changes nothing else.
     *
     * @throws IllegalArgumentException if the loss needs float targets
     */
    public void evaluate(DeviceFloats x, DeviceInts labels, int samples, LossAccumulator totals) {
        requireLoss(Loss.SOFTMAX_CROSS_ENTROPY, "labels", "float targets");
        backend.alone(() -> {
            DeviceFloats output = layers.forward(x, samples, firstSample, Mode.INFERENCE);
            backend.losses().softmaxCrossEntropy(state, samples, outputs, output, labels, null, totals);
        });
    }

    /**
     * Adds the losses of samples with float targets to the totals, without masks; changes nothing else.
     *
     * @throws IllegalArgumentException if the loss needs labels
     */
    public void evaluate(DeviceFloats x, DeviceFloats targets, int samples, LossAccumulator totals) {
        requireLoss(Loss.MEAN_SQUARED_ERROR, "float targets", "labels");
        backend.alone(() -> {
            DeviceFloats output = layers.forward(x, samples, firstSample, Mode.INFERENCE);
            backend.losses().meanSquaredError(state, samples, outputs, output, targets, null, totals);
        });
    }

    // ---- parameters and masks

    /** All parameters, in the order of the layers. */
    public List<Parameter> parameters() {
        return parameters.all();
    }

    /** The flat buffer that all parameters lie in, at their offsets; the gaps are 0. */
    public DeviceFloats parameterBuffer() {
        return parameters.values();
    }

    /** What layers have gathered beside their parameters, in the order of the layers; empty for most networks. */
    public List<Statistic> statistics() {
        return statistics.all();
    }

    /** The flat buffer that all statistics lie in; empty if there are none. */
    Optional<DeviceFloats> statisticsBuffer() {
        return statistics.values();
    }

    /** The optimizer's moments by name, flat buffers laid out as the parameters. */
    public Map<String, DeviceFloats> moments() {
        return parameters.namedMoments();
    }

    /**
     * The mask multipliers that a training pass of this many samples draws at the current step, for small layers:
     * {@code [B, I, U]}, or {@code [B, U]} with node granularity; masks that all samples share (fixed, DropConnect)
     * come once, {@code [I, U]} or {@code [U]}.
     *
     * @param layer number of the layer, from 0
     * @throws IllegalArgumentException if the layer never has a mask, or if this one is too large to hand out
     */
    public float[] mask(int layer, int samples) {
        layers.requireOpen();
        return backend.alone(() -> ReturnedMask.read(this, layer, samples));
    }

    /** Frees everything on the device; closing twice does nothing. */
    @Override
    public void close() {
        backend.giveBack(() -> {
            if (!closed) {
                closed = true;
                if (layers != null) {
                    layers.close();
                }
                lasting.close();
                state.close();
            }
        });
    }

    private void requireLoss(Loss loss, String given, String needed) {
        if (spec.loss() != loss) {
            throw new IllegalArgumentException(
                    "the network's loss, " + spec.loss() + ", needs " + needed + "; with " + given + " use " + loss);
        }
    }
}

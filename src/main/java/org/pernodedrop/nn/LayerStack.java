package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;

/** The layers of a network at work, from input to output: their passes, and the room for activations and gradients. */
final class LayerStack implements AutoCloseable {
    private final NetworkSpec spec;
    private final Backend backend;
    private final StepState state;
    private final List<LayerPass> passes;
    private final int firstTrained;
    private final Workspace activations;
    private final DeviceFloats[] gradientRooms = new DeviceFloats[2];
    private int capacity;
    private Batch last;
    private boolean closed;

    /**
     * The passes of a network.
     *
     * @param firstTrained number of the first layer that has parameters
     */
    LayerStack(NetworkSpec spec, Backend backend, StepState state, List<LayerPass> passes, int firstTrained) {
        this.spec = spec;
        this.backend = backend;
        this.state = state;
        this.passes = List.copyOf(passes);
        this.firstTrained = firstTrained;
        this.activations = new Workspace(backend);
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the network was closed before its use");
        }
    }

    /** Makes room for batches of this size, unless there is; outputs handed out before are closed then. */
    void reserve(int samples) {
        requireOpen();
        if (samples < 1) {
            throw new IllegalArgumentException("samples must be at least 1: samples=" + samples);
        }
        if (samples <= capacity) {
            return;
        }
        capacity = 0;
        last = null;
        activations.close();
        passes.forEach(pass -> pass.reserve(samples, activations));
        int width = 0;
        for (int number = 0; number < passes.size(); number++) {
            width = Math.max(width, spec.outputShape(number).size());
        }
        gradientRooms[0] = activations.allocate((long) samples * width);
        gradientRooms[1] = activations.allocate((long) samples * width);
        capacity = samples;
    }

    /** How masks on every connection are computed; empty before there is room. */
    List<LayerStrategy> strategies() {
        return capacity == 0
                ? List.of()
                : passes.stream().flatMap(pass -> pass.strategy().stream()).toList();
    }

    /** Room for the gradient of the output. */
    DeviceFloats gradientRoom() {
        return gradientRooms[0];
    }

    /** The output of a batch; makes room for it first. */
    DeviceFloats forward(DeviceFloats x, int samples, int firstSample, Mode mode) {
        Objects.requireNonNull(x, "x");
        Objects.requireNonNull(mode, "mode");
        reserve(samples);
        long needed = (long) samples * spec.input().size();
        if (x.length() < needed) {
            throw new IllegalArgumentException("x must hold samples x inputs floats: x.length=" + x.length()
                    + ", samples=" + samples + ", input shape=" + spec.input());
        }
        Batch batch = new Batch(samples, firstSample, mode);
        if (mode == Mode.TRAINING) {
            backend.optimizers().requireStep(state);
            passes.forEach(pass -> pass.requireTrains(batch));
        }
        last = null;
        DeviceFloats y = x;
        for (LayerPass pass : passes) {
            y = pass.forward(batch, y);
        }
        last = batch;
        return y;
    }

    /** The gradients of all parameters, from that of the output, which is overwritten. */
    void backward(DeviceFloats outputGradient) {
        requireOpen();
        Objects.requireNonNull(outputGradient, "outputGradient");
        if (last == null || last.mode() != Mode.TRAINING) {
            throw new IllegalStateException("a backward pass needs a forward pass in mode TRAINING just before it:"
                    + " last pass=" + (last == null ? "none" : last.mode()));
        }
        DeviceFloats gradient = outputGradient;
        for (int number = passes.size() - 1; number >= firstTrained; number--) {
            DeviceFloats free = gradient == gradientRooms[0] ? gradientRooms[1] : gradientRooms[0];
            gradient = passes.get(number).backward(last, gradient, number == firstTrained ? null : free);
        }
    }

    /** The same from {@link #gradientRoom}; afterwards there is no forward pass to go back from. */
    void backwardOnce() {
        backward(gradientRooms[0]);
        last = null;
    }

    /** Gives the room back; further use is refused. */
    @Override
    public void close() {
        closed = true;
        activations.close();
    }
}

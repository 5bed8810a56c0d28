package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.mask.Mask;

/** Seed, step and learning rate in plain fields. */
final class CpuStepState implements StepState {
    private final long seed;
    private final CpuGate gate;
    private long step;
    private float learningRate;
    private boolean closed;

    CpuStepState(long seed, CpuGate gate) {
        this.seed = seed;
        this.gate = gate;
    }

    /** The state as this device's own. */
    static CpuStepState of(StepState state) {
        if (!(state instanceof CpuStepState own)) {
            throw new IllegalArgumentException("a step state of another device was passed to the CPU: state="
                    + state.getClass().getSimpleName());
        }
        own.requireOpen();
        return own;
    }

    /** The mask at the current step of a state of this device. */
    static Mask current(LayerMask mask) {
        CpuStepState state = of(mask.state());
        if (!mask.spec().fixed()) {
            state.requireStep();
        }
        return mask.at(state.currentStep());
    }

    /** Refuses to make the current step if there is none. */
    void requireStep() {
        StepState.requireSteps(step, 1);
    }

    /** {@code step = step + 1}; behind the last step, refused. */
    void advance() {
        requireStep();
        step++;
    }

    /** The step, for operations: these may be part of a graph. */
    long currentStep() {
        return step;
    }

    /** The learning rate, for operations. */
    float currentLearningRate() {
        return learningRate;
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public long step() {
        requireOpen();
        gate.requireOutsideCaptures("reading a step");
        return step;
    }

    @Override
    public void setStep(long step) {
        requireOpen();
        gate.requireOutsideCaptures("setting a step");
        StepState.checkStep(step);
        this.step = step;
    }

    @Override
    public float learningRate() {
        requireOpen();
        gate.requireOutsideCaptures("reading a learning rate");
        return learningRate;
    }

    @Override
    public void setLearningRate(float learningRate) {
        requireOpen();
        gate.requireOutsideCaptures("setting a learning rate");
        StepState.checkLearningRate(learningRate);
        this.learningRate = learningRate;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the step state was closed before its use");
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.StepState;

/** Seed, step and learning rate in plain fields. */
final class CpuStepState implements StepState {
    private final long seed;
    private long step;
    private float learningRate;
    private boolean closed;

    CpuStepState(long seed) {
        this.seed = seed;
    }

    /** {@code step = step + 1}, up to the last step. */
    void advance() {
        setStep(step() + 1);
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public long step() {
        checkOpen();
        return step;
    }

    @Override
    public void setStep(long step) {
        checkOpen();
        StepState.checkStep(step);
        this.step = step;
    }

    @Override
    public float learningRate() {
        checkOpen();
        return learningRate;
    }

    @Override
    public void setLearningRate(float learningRate) {
        checkOpen();
        StepState.checkLearningRate(learningRate);
        this.learningRate = learningRate;
    }

    @Override
    public void close() {
        closed = true;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("the step state was closed before its use");
        }
    }
}

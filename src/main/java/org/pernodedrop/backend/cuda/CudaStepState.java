package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.StepState;
import org.pernodedrop.driver.DriverMemory;

/**
 * Seed, step and learning rate on the GPU, laid out as in {@code cuda/step_state.cuh}, and a copy of them here: reading
 * never waits.
 */
final class CudaStepState implements StepState {
    static final int BYTES = 16;

    private static final int STEP_AT = 8;
    private static final int LEARNING_RATE_AT = 12;

    private final CommandQueue queue;
    private final DeviceBlock block;
    private final long seed;
    private long step;
    private float learningRate;

    /** @param block its own from now on */
    CudaStepState(CommandQueue queue, DeviceBlock block, long seed) {
        this.queue = queue;
        this.block = block;
        this.seed = seed;
        write(0, (int) seed);
        write(Integer.BYTES, (int) (seed >>> 32));
        write(STEP_AT, 0);
        write(LEARNING_RATE_AT, 0);
    }

    /** The state as one of this pool's, open. */
    static CudaStepState of(StepState state, DevicePool pool) {
        if (!(state instanceof CudaStepState own) || own.block.pool != pool) {
            throw new IllegalArgumentException(
                    "a step state of another device or backend was passed to CUDA; make one here: state="
                            + state.getClass().getSimpleName());
        }
        own.requireOpen();
        return own;
    }

    DeviceBlock block() {
        return block;
    }

    long address() {
        return block.address;
    }

    /** Refuses to make so many steps. */
    void requireSteps(int count) {
        StepState.requireSteps(step, count);
    }

    /** The GPU has been told to go so many steps on. */
    void advanced(int count) {
        step += count;
    }

    @Override
    public long seed() {
        return seed;
    }

    @Override
    public long step() {
        requireOpen();
        return step;
    }

    @Override
    public void setStep(long next) {
        requireOpen();
        queue.enterOutsideCaptures("setting a step");
        StepState.checkStep(next);
        write(STEP_AT, (int) next);
        step = next;
    }

    @Override
    public float learningRate() {
        requireOpen();
        return learningRate;
    }

    @Override
    public void setLearningRate(float next) {
        requireOpen();
        queue.enterOutsideCaptures("setting a learning rate");
        StepState.checkLearningRate(next);
        write(LEARNING_RATE_AT, Float.floatToRawIntBits(next));
        learningRate = next;
    }

    private void write(int offset, int word) {
        queue.fill(DriverMemory.pointer(block.address + offset), word, 1);
    }

    @Override
    public void close() {
        block.close();
    }

    private void requireOpen() {
        if (block.isClosed()) {
            throw new IllegalStateException("the step state was closed before its use");
        }
    }
}

package org.pernodedrop.backend;

/**
 * What changes from step to step and is read by the operations on the device: the step number, from which masks and bias
 * corrections follow, and the learning rate. Made by {@link Memory#newStepState}; advanced by {@link Optimizers#advance}.
 *
 * <p>Living on the device, it lets a captured sequence of operations be replayed without new arguments.
 */
public interface StepState extends AutoCloseable {
    /** Largest step that can be made: the number above is kept for layer keys. */
    long LAST_STEP = 0xFFFFFFFEL;

    /** The seed that layer keys are derived from. */
    long seed();

    /**
     * The number of the current step, from 0; {@link #LAST_STEP} + 1 if the last one was made. Reading it may wait for the
     * device.
     */
    long step();

    /**
     * Goes to a step, to replay or to resume.
     *
     * @throws IllegalArgumentException unless the step is in [0, {@link #LAST_STEP}]
     */
    void setStep(long step);

    /** The learning rate of the current step. */
    float learningRate();

    /**
     * Sets the learning rate from the current step on.
     *
     * @throws IllegalArgumentException unless it is finite and at least 0
     */
    void setLearningRate(float learningRate);

    /** Gives back what the state holds on the device. */
    @Override
    void close();

    /** Refuses steps out of range. */
    static void checkStep(long step) {
        if (step < 0 || step > LAST_STEP) {
            throw new IllegalArgumentException("step must be in [0, " + LAST_STEP + "]: step=" + step);
        }
    }

    /** Refuses so many steps from a current one on that end behind the last, as {@link Optimizers#requireStep} does for one. */
    static void requireSteps(long step, long count) {
        if (step > LAST_STEP + 1 - count) {
            throw new IllegalStateException("steps and their masks end at " + LAST_STEP
                    + ", and nothing was changed; go to an earlier one by setStep, or start a network of another seed: step="
                    + step + ", steps wanted=" + count);
        }
    }

    /** Refuses learning rates out of range. */
    static void checkLearningRate(float learningRate) {
        if (!(learningRate >= 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "learningRate must be finite and at least 0: learningRate=" + learningRate);
        }
    }
}

package org.pernodedrop.backend;

/**
 * What changes from step to step and is read by the operations on the device: the step number, from which masks and bias
 * corrections follow, and the learning rate. Made by {@link Backend#newStepState}; advanced by {@link Backend#advance}.
 *
 * <p>Living on the device, it lets a recorded sequence of operations be replayed without new arguments.
 */
public interface StepState extends AutoCloseable {
    /** Largest step: the numbers above are kept for layer keys and for permutations. */
    long LAST_STEP = 0xFFFFFFFDL;

    /** The seed that layer keys are derived from. */
    long seed();

    /** The number of the current step, from 0; reading it may wait for the device. */
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

    /** Refuses learning rates out of range. */
    static void checkLearningRate(float learningRate) {
        if (!(learningRate >= 0 && learningRate < Float.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "learningRate must be finite and at least 0: learningRate=" + learningRate);
        }
    }
}

package org.pernodedrop.backend;

/** What a backend's tests get their backend from. */
public interface BackendFixture {
    /** The backend under test, the same one within a test. */
    Backend backend();

    /** How far a normal may be from the definition; 0 asks for the same bits. */
    default double normalTolerance() {
        return 0;
    }

    /**
     * How far products with masks that positions share may be from those of unrounded factors, relative to the sum of
     * absolute terms; 0 asks for single precision.
     */
    default double multiPositionTolerance() {
        return 0;
    }

    /** Whether sums are added up in one order; else the order, and with it the last bits, follows the sizes. */
    default boolean sumsInOneOrder() {
        return true;
    }

    /** A guarded buffer with these contents. */
    default Guarded on(float[] values) {
        return new Guarded(backend(), values);
    }

    /** A guarded buffer full of NaN. */
    default Guarded empty(int length) {
        return new Guarded(backend(), length);
    }

    /** Integers on the device, inside a larger buffer. */
    default DeviceInts on(int[] values) {
        DeviceInts buffer = backend().memory().allocateInts(values.length + 5).slice(3, values.length);
        backend().memory().upload(values, 0, buffer);
        return buffer;
    }

    /** The contents of a buffer of integers in [0, bound): they choose rows of a table of all these numbers. */
    default int[] read(DeviceInts from, int bound) {
        float[] numbers = new float[bound];
        for (int k = 0; k < bound; k++) {
            numbers[k] = k;
        }
        int count = (int) from.length();
        Guarded chosen = empty(count);
        backend().vectors().gatherRows(count, 1, on(numbers).buffer, from, chosen.buffer);
        int[] values = new int[count];
        float[] read = chosen.read();
        for (int k = 0; k < count; k++) {
            values[k] = (int) read[k];
        }
        return values;
    }

    /** A state at a step and a learning rate. */
    default StepState state(long seed, long step, float learningRate) {
        StepState state = backend().memory().newStepState(seed);
        state.setStep(step);
        state.setLearningRate(learningRate);
        return state;
    }
}

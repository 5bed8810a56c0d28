package org.pernodedrop.backend;

import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Noise;

/** What a backend's tests get their backend from. */
public interface BackendFixture {
    /** The backend under test, the same one within a test. */
    Backend backend();

    /** How far a normal may be from the definition; 0 asks for the same bits. */
    default double normalTolerance() {
        return 0;
    }

    /** What ordinary products round their factors to; {@link Precision#FP32} where they do not. */
    default Precision matrixFactors() {
        return Precision.FP32;
    }

    /**
     * How far ordinary products may be from those of {@link #matrixFactors}, relative to the sum of absolute terms; 0 asks
     * for sums in single precision.
     */
    default double matrixTolerance() {
        return 0;
    }

    /** What products with masks on connections round their factors to. */
    default Precision connectionFactors(int positions) {
        return Precision.FP32;
    }

    /** How far these may be from those of {@link #connectionFactors}. */
    default double connectionTolerance(Noise noise, int positions) {
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

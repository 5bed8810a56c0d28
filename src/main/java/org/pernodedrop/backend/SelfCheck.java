package org.pernodedrop.backend;

import java.util.Optional;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.CurandStream;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Small computations that show whether a device works, judged by plain loops and by the definitions. All but normals must
 * be right to the bit: the numbers are small integers, whose sums no order and no {@link
 * org.pernodedrop.kernels.Precision} changes.
 */
public enum SelfCheck {
    /** {@code y + 2 x}. */
    KERNEL("a small kernel") {
        @Override
        String difference(Backend backend) {
            float[] x = integers(LENGTH, 1);
            float[] y = integers(LENGTH, 2);
            try (DeviceFloats deviceX = on(backend, x);
                    DeviceFloats deviceY = on(backend, y)) {
                backend.vectors().axpy(2, deviceX, deviceY);
                return compare(backend.memory().download(deviceY), i -> y[i] + 2 * x[i], 0);
            }
        }
    },

    /** {@code A B} by the library for matrix products. */
    PRODUCT("a matrix product") {
        @Override
        String difference(Backend backend) {
            float[] a = integers(SAMPLES * INPUTS, 3);
            float[] b = integers(INPUTS * OUTPUTS, 4);
            try (DeviceFloats deviceA = on(backend, a);
                    DeviceFloats deviceB = on(backend, b);
                    DeviceFloats c = backend.memory().allocate(SAMPLES * OUTPUTS)) {
                backend.matrices().product(false, false, SAMPLES, OUTPUTS, INPUTS, 1, deviceA, deviceB, 0, c);
                return compare(backend.memory().download(c), n -> product(a, b, null, n), 0);
            }
        }
    },

    /** Masks of every noise, granularity and number of planes. */
    MASKS("masks of all kinds, bit for bit") {
        @Override
        String difference(Backend backend) {
            for (Noise noise : Noise.values()) {
                for (Granularity granularity : Granularity.values()) {
                    for (double rate : RATES) {
                        MaskSpec spec = MaskSpec.of(noise, granularity, rate);
                        String difference = maskDifference(backend, spec);
                        if (difference != null) {
                            return noise + ", " + granularity + ", drop rate " + rate + ": " + difference;
                        }
                    }
                }
            }
            return null;
        }
    },

    /** A PerNodeDrop layer, the mask drawn on the way. */
    LAYER("a PerNodeDrop layer") {
        @Override
        String difference(Backend backend) {
            float[] x = integers(SAMPLES * INPUTS, 5);
            float[] w = integers(INPUTS * OUTPUTS, 6);
            // At drop rate 1/2 the scale is 2, so that sums stay integers.
            MaskSpec spec = MaskSpec.of(Noise.BERNOULLI, Granularity.CONNECTION, 0.5);
            try (StepState state = state(backend);
                    DeviceFloats deviceX = on(backend, x);
                    DeviceFloats deviceW = on(backend, w);
                    DeviceFloats z = backend.memory().allocate(SAMPLES * OUTPUTS)) {
                LayerMask mask = new LayerMask(spec, NUMBER, state);
                backend.maskedProducts()
                        .forward(
                                new MaskDraw<>(mask, FIRST, ConnectionShape.of(SAMPLES, INPUTS, OUTPUTS), null),
                                new ForwardPass<>(Activation.LINEAR, deviceX, deviceW, null, z, z));
                Mask definition = mask.current();
                return compare(backend.memory().download(z), n -> product(x, w, definition, n), 0);
            }
        }
    },

    /** cuRAND's stream, which initial weights are drawn from. */
    STREAM("cuRAND's stream") {
        @Override
        String difference(Backend backend) {
            CurandStream stream = new CurandStream(SEED);
            try (DeviceFloats x = backend.memory().allocate(LENGTH)) {
                backend.randomFills().uniform(SEED, FIRST, 0, 1, x);
                String difference = compare(backend.memory().download(x), i -> stream.uniform((long) FIRST + i), 0);
                if (difference != null) {
                    return "uniforms: " + difference;
                }
                backend.randomFills().normal(SEED, FIRST, 0, 1, x);
                difference = compare(backend.memory().download(x), i -> stream.normal((long) FIRST + i), NORMAL_BOUND);
                return difference == null ? null : "normals: " + difference;
            }
        }
    };

    private static final int LENGTH = 1009;
    private static final int SAMPLES = 13;
    private static final int INPUTS = 33;
    private static final int OUTPUTS = 67;
    private static final int FIRST = 5;
    private static final int NUMBER = 2;
    private static final long SEED = 0x9E3779B97F4A7C15L;
    private static final long STEP = 7;
    private static final double[] RATES = {0.5, 0.25, 0.3};
    private static final double NORMAL_BOUND = 1e-5;

    private final String title;

    SelfCheck(String title) {
        this.title = title;
    }

    /** What is computed, for people. */
    public String title() {
        return title;
    }

    /**
     * Computes on a backend.
     *
     * @return what is wrong, in a line; empty if all is right
     * @throws DeviceException if the device fails in it
     */
    public Optional<String> run(Backend backend) {
        return Optional.ofNullable(difference(backend));
    }

    abstract String difference(Backend backend);

    private interface Expected {
        double at(int index);
    }

    private static String compare(float[] actual, Expected expected, double bound) {
        for (int i = 0; i < actual.length; i++) {
            double right = expected.at(i);
            // Written so that NaN is wrong.
            if (!(Math.abs(actual[i] - right) <= bound)) {
                return wrong(i, actual[i], (float) right);
            }
        }
        return null;
    }

    private static String wrong(int index, float actual, float right) {
        return "value " + index + " is " + actual + " and should be " + right;
    }

    private static String maskDifference(Backend backend, MaskSpec spec) {
        int inputs = spec.granularity() == Granularity.NODE ? 1 : INPUTS;
        try (StepState state = state(backend);
                DeviceFloats values = backend.memory().allocate((long) SAMPLES * inputs * OUTPUTS)) {
            LayerMask mask = new LayerMask(spec, NUMBER, state);
            backend.masks().export(mask, FIRST, SAMPLES, inputs, OUTPUTS, values);
            Mask definition = mask.current();
            float[] actual = backend.memory().download(values);
            for (int n = 0; n < actual.length; n++) {
                int sample = FIRST + n / OUTPUTS / inputs;
                float right = definition.value(sample, n / OUTPUTS % inputs, n % OUTPUTS);
                if (Float.floatToRawIntBits(actual[n]) != Float.floatToRawIntBits(right)) {
                    return wrong(n, actual[n], right);
                }
            }
            return null;
        }
    }

    /** Element n of {@code A B}, or of {@code A (B mask)}. */
    private static double product(float[] a, float[] b, Mask mask, int n) {
        int sample = n / OUTPUTS;
        int output = n % OUTPUTS;
        double sum = 0;
        for (int i = 0; i < INPUTS; i++) {
            double m = mask == null ? 1 : mask.value(FIRST + sample, i, output);
            sum += m * a[sample * INPUTS + i] * b[i * OUTPUTS + output];
        }
        return sum;
    }

    /** Integers in [-8, 8] without a pattern. */
    private static float[] integers(int length, int salt) {
        float[] values = new float[length];
        for (int i = 0; i < length; i++) {
            values[i] = Math.floorMod((i + 1) * 31 * salt + i * i, 17) - 8;
        }
        return values;
    }

    private static DeviceFloats on(Backend backend, float[] values) {
        DeviceFloats buffer = backend.memory().allocate(values.length);
        try {
            backend.memory().upload(values, 0, buffer);
        } catch (RuntimeException e) {
            buffer.close();
            throw e;
        }
        return buffer;
    }

    private static StepState state(Backend backend) {
        StepState state = backend.memory().newStepState(SEED);
        try {
            state.setStep(STEP);
        } catch (RuntimeException e) {
            state.close();
            throw e;
        }
        return state;
    }
}

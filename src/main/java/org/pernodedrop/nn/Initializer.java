package org.pernodedrop.nn;

import java.util.Locale;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.Activation;

/**
 * How parameters start, for a weight with fanIn inputs and fanOut outputs. Numbers come from cuRAND's stream of the
 * network's seed ({@link org.pernodedrop.mask.CurandStream}) at the parameter's offset, so every device starts alike.
 */
public enum Initializer {
    /** Uniform in {@code (-a, a]} with {@code a = sqrt(6 / (fanIn + fanOut))}; Glorot and Bengio 2010. */
    GLOROT_UNIFORM,
    /** Normal with deviation {@code sqrt(2 / (fanIn + fanOut))}; Glorot and Bengio 2010. */
    GLOROT_NORMAL,
    /** Uniform in {@code (-a, a]} with {@code a = sqrt(6 / fanIn)}; He et al. 2015. */
    HE_UNIFORM,
    /** Normal with deviation {@code sqrt(2 / fanIn)}; He et al. 2015. */
    HE_NORMAL,
    /** All 0. */
    ZEROS,
    /** All 1. */
    ONES;

    /** {@link #HE_NORMAL} for functions that are linear above 0 and small below, {@link #GLOROT_UNIFORM} for others. */
    public static Initializer defaultFor(Activation activation) {
        return switch (activation) {
            case RELU, LEAKY_RELU, GELU -> HE_NORMAL;
            case LINEAR, TANH, SIGMOID -> GLOROT_UNIFORM;
        };
    }

    /** Fills a parameter from the stream of a seed, from element {@code first} on. */
    void fill(Backend backend, long seed, long first, long fanIn, long fanOut, DeviceFloats to) {
        double glorot = 2.0 / (fanIn + fanOut);
        double he = 2.0 / fanIn;
        switch (this) {
            case GLOROT_UNIFORM -> uniform(backend, seed, first, glorot, to);
            case GLOROT_NORMAL -> backend.randomFills().normal(seed, first, 0f, (float) Math.sqrt(glorot), to);
            case HE_UNIFORM -> uniform(backend, seed, first, he, to);
            case HE_NORMAL -> backend.randomFills().normal(seed, first, 0f, (float) Math.sqrt(he), to);
            case ZEROS -> backend.vectors().fill(to, 0f);
            case ONES -> backend.vectors().fill(to, 1f);
        }
    }

    // A uniform in (-a, a] has variance a^2 / 3.
    private static void uniform(Backend backend, long seed, long first, double variance, DeviceFloats to) {
        float limit = (float) Math.sqrt(3 * variance);
        backend.randomFills().uniform(seed, first, -limit, limit, to);
    }

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

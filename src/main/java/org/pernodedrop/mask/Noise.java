package org.pernodedrop.mask;

import java.util.Locale;

/**
 * Distribution of a mask value {@code m} for drop rate p. Every kind has mean 1, so that inference needs no rescaling.
 *
 * <p>Source: Omathil and Sreeja, "PerNodeDrop", arXiv 2512.12663.
 */
public enum Noise {
    /** {@code m = 1/q'} with probability q' (kept), else 0; q' is the quantised 1 - p of {@link DropRate}. */
    BERNOULLI(0),

    /** {@code m = 1 + sigma z}, z standard normal, {@code sigma = sqrt(p / (1 - p))}: N(1, p/(1-p)). */
    GAUSSIAN(1),

    /**
     * {@code m = 1} with probability q' (kept), else {@code 1 + sigma z} as for {@link #GAUSSIAN}.
     *
     * <p>The paper names a "partial-Gaussian" mode, but its definition is not published. This is this library's
     * interpretation: Bernoulli bits choose the perturbed connections, which get Gaussian noise instead of being
     * dropped.
     */
    PARTIAL_GAUSSIAN(2);

    private final int code;

    Noise(int code) {
        this.code = code;
    }

    /** The number by which the CUDA kernels know this kind of noise; {@code kernels.json} lists them. */
    public int code() {
        return code;
    }

    /** Whether some values need normals. */
    public boolean usesNormals() {
        return this != BERNOULLI;
    }

    /** Whether some values need Bernoulli bits. */
    public boolean usesBits() {
        return this != GAUSSIAN;
    }

    /** The name on the command line and in files: lower case, with hyphens. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}

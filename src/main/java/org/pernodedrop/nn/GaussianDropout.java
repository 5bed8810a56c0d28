package org.pernodedrop.nn;

import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Multiplicative Gaussian noise: in training {@code y[b, u] = x[b, u] m[b, u]} with m from {@code N(1, p / (1 - p))};
 * at inference {@code y = x}. Output shaped as the input, no parameters.
 *
 * <p>Source: Srivastava et al., "Dropout", JMLR 2014, section 10.
 *
 * @param dropRate p, which gives the noise the variance that dropout has
 */
public record GaussianDropout(DropRate dropRate) implements Layer {
    /** Refuses null; {@link #rate(double)} reads better. */
    public GaussianDropout {
        Objects.requireNonNull(dropRate, "dropRate");
    }

    /**
     * Gaussian dropout with rate p.
     *
     * @throws IllegalArgumentException unless p is 0 or in [{@link DropRate#MIN_GAUSSIAN}, 1)
     */
    public static GaussianDropout rate(double dropRate) {
        return new GaussianDropout(DropRate.of(dropRate, Noise.GAUSSIAN));
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(new MaskSpec(Noise.GAUSSIAN, Granularity.NODE, dropRate, false));
    }

    @Override
    public String settings() {
        return "";
    }
}

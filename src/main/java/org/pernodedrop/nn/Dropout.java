package org.pernodedrop.nn;

import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Dropout: in training {@code y[b, u] = x[b, u] m[b, u]}, where m is {@code 1/q'} with the keep probability q' and else
 * 0; at inference {@code y = x}. Output shaped as the input, no parameters.
 *
 * <p>Source: Srivastava et al., "Dropout", JMLR 2014, scaled in training instead of at inference.
 *
 * @param dropRate p
 */
public record Dropout(DropRate dropRate) implements Layer {
    /** Refuses null; {@link #rate(double)} reads better. */
    public Dropout {
        Objects.requireNonNull(dropRate, "dropRate");
    }

    /**
     * Dropout with rate p.
     *
     * @throws IllegalArgumentException unless p is in [0, 1) and can be met by binary digits
     */
    public static Dropout rate(double dropRate) {
        return new Dropout(DropRate.of(dropRate));
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public Optional<MaskSpec> drawnMask() {
        return Optional.of(new MaskSpec(Noise.BERNOULLI, Granularity.NODE, dropRate, false));
    }

    @Override
    public String settings() {
        return "";
    }
}

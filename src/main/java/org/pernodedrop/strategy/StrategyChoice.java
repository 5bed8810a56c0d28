package org.pernodedrop.strategy;

import java.util.Locale;
import java.util.Objects;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;

/**
 * Which strategy computes a layer, and why. {@link Strategy#AUTO} becomes the fastest strategy that draws the defined mask,
 * so it never changes what a network learns; whoever is content with another sample of the same distribution asks for
 * {@link Strategy#REPARAMETERIZED}.
 *
 * @param strategy that computes, not {@link Strategy#AUTO}
 * @param reason in one sentence
 * @param fallback whether another strategy was asked for by name and there is no room for it
 */
public record StrategyChoice(Strategy strategy, String reason, boolean fallback) {
    /**
     * Packing pays from so many planes on, where the bits are drawn once and read twice. Measured: on an H100, 128 x 4096 x
     * 4096, packing takes 0.70 of the time with 6 planes, and 0.94 with 2.
     */
    private static final int PLANES_WORTH_PACKING = 3;

    /** Packed bits may take this share of the memory that is free: activations and other layers need the rest. */
    private static final int FREE_SHARE = 4;

    /** Refuses nulls. */
    public StrategyChoice {
        Objects.requireNonNull(strategy, "strategy");
        Objects.requireNonNull(reason, "reason");
    }

    /**
     * The choice for a layer.
     *
     * @param asked what was asked for
     * @param backend whose free memory counts
     * @throws IllegalArgumentException if the strategy asked for cannot compute such a layer; the message says why
     */
    public static StrategyChoice of(Strategy asked, Backend backend, MaskSpec mask, ConnectionShape shape) {
        require(asked, mask, shape.positions());
        return switch (asked) {
            case AUTO -> automatic(backend, mask, shape);
            case PACKED -> packed(backend, shape);
            default -> new StrategyChoice(asked, "as asked for", false);
        };
    }

    /**
     * Refuses what a strategy cannot compute.
     *
     * @param positions of a sample, which share its mask
     * @throws IllegalArgumentException naming the strategy, what it lacks, and the way out
     */
    public static void require(Strategy strategy, MaskSpec mask, int positions) {
        if (strategy == Strategy.AUTO) {
            return;
        }
        if (mask.granularity() != Granularity.CONNECTION || mask.fixed()) {
            throw refusal(strategy, "needs a mask of connection granularity that is drawn for every sample", mask);
        }
        if (strategy == Strategy.PACKED && mask.noise() != Noise.BERNOULLI) {
            throw refusal(strategy, "stores bits, which only Bernoulli noise has; take fused", mask);
        }
        if (strategy == Strategy.REPARAMETERIZED && mask.noise() != Noise.GAUSSIAN) {
            throw refusal(strategy, "is exact for Gaussian noise only; take fused, or gaussian noise", mask);
        }
        boolean onePosition = strategy == Strategy.PACKED || strategy == Strategy.REPARAMETERIZED;
        if (onePosition && positions != 1) {
            throw refusal(
                    strategy,
                    strategy == Strategy.PACKED
                            ? "takes one position a sample, as many positions share the drawing anyway; take fused"
                            : "would be wrong where the positions of a sample share a mask; take fused",
                    mask);
        }
    }

    private static IllegalArgumentException refusal(Strategy strategy, String rule, MaskSpec mask) {
        return new IllegalArgumentException(
                "the strategy " + strategy + " " + rule + ": strategy=" + strategy + ", mask=" + mask);
    }

    private static StrategyChoice automatic(Backend backend, MaskSpec mask, ConnectionShape shape) {
        if (mask.noise() == Noise.GAUSSIAN && shape.positions() == 1) {
            return fused("Gaussian noise has no bits to store; reparameterized would be many times faster, with another"
                    + " sample of the same distribution");
        }
        if (mask.noise() != Noise.BERNOULLI) {
            return fused("normals are not stored");
        }
        if (shape.positions() > 1) {
            return fused(shape.positions() + " positions of a sample share what is drawn");
        }
        int planes = mask.rate().planes();
        if (planes < PLANES_WORTH_PACKING) {
            return fused("drawing " + planes + (planes == 1 ? " bit" : " bits")
                    + " a connection is about as quick as reading one");
        }
        long bytes = bytes(backend, shape);
        long free = backend.memory().use().free();
        if (bytes > free / FREE_SHARE) {
            return fused(
                    "stored bits would take " + mebibytes(bytes) + " of the " + mebibytes(free) + " that are free");
        }
        return new StrategyChoice(
                Strategy.PACKED,
                "of " + planes + " bits a connection one is stored, " + mebibytes(bytes) + " in all",
                false);
    }

    private static StrategyChoice packed(Backend backend, ConnectionShape shape) {
        long bytes = bytes(backend, shape);
        long free = backend.memory().use().free();
        if (bytes > free) {
            String reason =
                    "there is no room to store the bits: " + mebibytes(bytes) + " needed, " + mebibytes(free) + " free";
            return new StrategyChoice(Strategy.FUSED, reason, true);
        }
        return new StrategyChoice(Strategy.PACKED, "as asked for", false);
    }

    private static StrategyChoice fused(String reason) {
        return new StrategyChoice(Strategy.FUSED, reason, false);
    }

    private static long bytes(Backend backend, ConnectionShape shape) {
        return Integer.BYTES * backend.maskedProducts().packedLength(shape);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f MiB", bytes / (double) (1 << 20));
    }
}

package org.pernodedrop.mask;

import java.util.Objects;

/**
 * One layer's mask at one step: the normative definition, value by value.
 *
 * <p>{@code m[b, i, u]} is a pure function of (seed, layer, step, sample b, input i, output u). The backends draw whole
 * tiles and must give these values; this class is for reading, exporting and testing.
 *
 * <p><b>Counter map</b> (Philox counter x, y, z, w; key of the layer):
 *
 * <table>
 * <caption>Counter map</caption>
 * <tr><th>words</th><th>x</th><th>y</th><th>z</th><th>w</th><th>used for input i</th></tr>
 * <tr><td>Bernoulli, plane k</td><td>{@code (u >> 5) | k << 27}</td><td>{@code i >> 2}</td><td>b</td><td>step</td>
 *   <td>bit {@code u & 31} of word {@code i & 3}</td></tr>
 * <tr><td>Gaussian</td><td>{@code u | 1 << 31}</td><td>{@code i >> 2}</td><td>b</td><td>step</td>
 *   <td>normal {@code i & 3}: sine and cosine of words (0, 1), then of words (2, 3)</td></tr>
 * </table>
 *
 * <p>Node masks are the values at i = 0; fixed masks those at b = 0, step = 0.
 *
 * @param spec what the mask is
 * @param key key of the layer
 * @param step training step, unsigned in the bits of an int, below 2^32 - 1
 */
public record Mask(MaskSpec spec, LayerKey key, int step) {
    /** The bit of counter word x that tells Gaussian words from Bernoulli words. */
    public static final int GAUSSIAN_DOMAIN = 1 << 31;

    /** Shift of the plane number in counter word x. */
    public static final int PLANE_SHIFT = 27;

    /** Refuses nulls, and the step 2^32 - 1, which layer keys are drawn at. */
    public Mask {
        Objects.requireNonNull(spec, "spec");
        Objects.requireNonNull(key, "key");
        if (step == -1) {
            throw new IllegalArgumentException("step must be below 2^32 - 1: step=4294967295");
        }
        if (spec.fixed()) {
            step = 0;
        }
    }

    /** The mask of a layer, from the seed of the network. */
    public static Mask of(MaskSpec spec, long seed, int layer, int step) {
        return new Mask(spec, LayerKey.of(seed, layer), step);
    }

    /**
     * {@code m[b, i, u]}, scaled.
     *
     * @param sample b, index in the global batch, from 0
     * @param input i, from 0; ignored for node masks
     * @param output u, from 0
     */
    public float value(int sample, int input, int output) {
        int b = spec.fixed() ? 0 : sample;
        int i = spec.granularity() == Granularity.NODE ? 0 : input;
        if (spec.isIdentity()) {
            return 1f;
        }
        return switch (spec.noise()) {
            case BERNOULLI -> keptBit(b, i, output) ? spec.rate().scale() : 0f;
            case GAUSSIAN -> disturbed(b, i, output);
            case PARTIAL_GAUSSIAN -> keptBit(b, i, output) ? 1f : disturbed(b, i, output);
        };
    }

    /**
     * The kept bits of the 32 outputs {@code 32 block .. 32 block + 31} for one sample and input: bit-sliced comparison
     * with q', from its least significant digit to its most.
     */
    public int keptBits(int sample, int input, int block) {
        DropRate rate = spec.rate();
        int[] words = new int[4];
        int kept = 0;
        for (int k = rate.planes() - 1; k >= 0; k--) {
            int x = block | k << PLANE_SHIFT;
            Philox.generate(x, input >>> 2, sample, step, key.k0(), key.k1(), words, 0);
            int word = words[input & 3];
            kept = rate.digit(k) ? kept | word : kept & word;
        }
        return kept;
    }

    /** The standard normal z of one connection. */
    public float normal(int sample, int input, int output) {
        int[] words = new int[4];
        Philox.generate(output | GAUSSIAN_DOMAIN, input >>> 2, sample, step, key.k0(), key.k1(), words, 0);
        int pair = input & 2;
        float radius = BoxMuller.radius(words[pair]);
        int angle = words[pair + 1];
        return radius * ((input & 1) == 0 ? BoxMuller.sine(angle) : BoxMuller.cosine(angle));
    }

    private boolean keptBit(int sample, int input, int output) {
        return (keptBits(sample, input, output >>> 5) >>> (output & 31) & 1) != 0;
    }

    private float disturbed(int sample, int input, int output) {
        return Math.fma(spec.rate().sigma(), normal(sample, input, output), 1f);
    }
}

package org.pernodedrop.mask;

import java.util.Arrays;
import java.util.Objects;

/**
 * One layer's mask at one step: the normative definition, value by value.
 *
 * <p>{@code m[b, i, u]} is a pure function of (seed, layer, step, sample b, input i, output u). The backends draw whole
 * tiles and must give these values; this class serves as definition, for exports and in tests.
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
 * @param spec distribution of the mask
 * @param key key of the layer
 * @param step training step, unsigned in the bits of an int, below 2^32 - 1
 */
public record Mask(MaskSpec spec, LayerKey key, int step) {
    /** The bit of counter word x that separates Gaussian words from Bernoulli words. */
    public static final int GAUSSIAN_DOMAIN = 1 << 31;

    /** Shift of the plane number in counter word x. */
    public static final int PLANE_SHIFT = 27;

    // Outputs are below 2^31, so the numbers of blocks of 32 outputs leave the bits of plane and domain free.
    private static final int BLOCKS = 1 << 26;

    /** Refuses nulls, and step 2^32 - 1, which is reserved for layer keys. */
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

    /**
     * The mask of a layer, from the seed of the network.
     *
     * @param seed any 64-bit value
     * @param layer number of the layer in network order, from 0
     * @param step training step, unsigned in the bits of an int, below 2^32 - 1
     */
    public static Mask of(MaskSpec spec, long seed, int layer, int step) {
        return new Mask(spec, LayerKey.of(seed, layer), step);
    }

    /**
     * {@code m[b, i, u]}, scaled.
     *
     * @param sample b, index in the global batch, unsigned in the bits of an int; ignored for fixed masks
     * @param input i, unsigned in the bits of an int; ignored for node masks
     * @param output u, at least 0
     * @throws IllegalArgumentException if {@code output} is negative
     */
    public float value(int sample, int input, int output) {
        requireOutput(output);
        if (spec.isIdentity()) {
            return 1f;
        }
        return switch (spec.noise()) {
            case BERNOULLI -> keptBit(sample, input, output) ? spec.rate().scale() : 0f;
            case GAUSSIAN -> perturbed(normal(sample, input, output));
            case PARTIAL_GAUSSIAN -> keptBit(sample, input, output) ? 1f : perturbed(normal(sample, input, output));
        };
    }

    /**
     * The kept bits of the 32 outputs {@code 32 block .. 32 block + 31} for one sample and input: bit-sliced comparison
     * with q', from its least significant digit to its most. All set if p = 0.
     *
     * @param sample b, as for {@link #value}
     * @param input i, as for {@link #value}
     * @param block in [0, 2^26)
     * @throws IllegalArgumentException if {@code block} is out of its range
     */
    public int keptBits(int sample, int input, int block) {
        if (block < 0 || block >= BLOCKS) {
            throw new IllegalArgumentException("block must be in [0, 2^26): block=" + block);
        }
        int[] kept = new int[4];
        keptBits(sample, input, block, new int[4], kept);
        return kept[lane(input)];
    }

    /**
     * The standard normal z of one connection.
     *
     * @param sample b, as for {@link #value}
     * @param input i, as for {@link #value}
     * @param output u, at least 0
     * @throws IllegalArgumentException if {@code output} is negative
     */
    public float normal(int sample, int input, int output) {
        requireOutput(output);
        float[] normals = new float[4];
        normals(sample, input, output, new int[4], normals);
        return normals[lane(input)];
    }

    /**
     * The {@link #keptBits(int, int, int)} of the four inputs that share a counter with {@code input}, indexed by i mod
     * 4; arguments are not checked.
     *
     * @param words room for the four words of a call
     * @param kept receives four words of bits
     */
    public void keptBits(int sample, int input, int block, int[] words, int[] kept) {
        DropRate rate = spec.rate();
        Arrays.fill(kept, rate.isZero() ? -1 : 0);
        for (int k = rate.planes() - 1; k >= 0; k--) {
            generate(block | k << PLANE_SHIFT, input, sample, words);
            for (int lane = 0; lane < 4; lane++) {
                kept[lane] = rate.digit(k) ? kept[lane] | words[lane] : kept[lane] & words[lane];
            }
        }
    }

    /**
     * The {@link #normal} values of the four inputs that share a counter with {@code input}, indexed by i mod 4;
     * arguments are not checked.
     *
     * @param words room for the four words of a call
     * @param normals receives four values
     */
    public void normals(int sample, int input, int output, int[] words, float[] normals) {
        generate(output | GAUSSIAN_DOMAIN, input, sample, words);
        for (int pair = 0; pair < 4; pair += 2) {
            float radius = BoxMuller.radius(words[pair]);
            normals[pair] = radius * BoxMuller.sine(words[pair + 1]);
            normals[pair + 1] = radius * BoxMuller.cosine(words[pair + 1]);
        }
    }

    /** The mask value of a standard normal z: {@code 1 + sigma z}. */
    public float perturbed(float normal) {
        return Math.fma(spec.rate().sigma(), normal, 1f);
    }

    private boolean keptBit(int sample, int input, int output) {
        return (keptBits(sample, input, output >>> 5) >>> (output & 31) & 1) != 0;
    }

    private void generate(int x, int input, int sample, int[] words) {
        int y = spec.granularity() == Granularity.NODE ? 0 : input >>> 2;
        int z = spec.fixed() ? 0 : sample;
        Philox.generate(x, y, z, step, key.k0(), key.k1(), words, 0);
    }

    private int lane(int input) {
        return spec.granularity() == Granularity.NODE ? 0 : input & 3;
    }

    private static void requireOutput(int output) {
        if (output < 0) {
            throw new IllegalArgumentException("output must be at least 0: output=" + output);
        }
    }
}

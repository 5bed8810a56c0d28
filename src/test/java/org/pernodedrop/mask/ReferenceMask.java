package org.pernodedrop.mask;

/**
 * A second, literal implementation of the mask's definition, to test {@link Mask} and the backends: one connection at a
 * time, its own Philox on unsigned values in longs, comparison of whole binary fractions instead of bit slices, normals
 * in double precision. Slow.
 *
 * <p>Shares only {@link MaskSpec} and {@link DropRate}, as settings, with the code under test. All 32-bit quantities
 * are unsigned, stored in longs.
 */
public final class ReferenceMask {
    private static final long WORD = 1L << 32;
    private static final long GAUSSIAN_DOMAIN = 1L << 31;

    private ReferenceMask() {}

    /** The values that {@link Mask} itself gives, {@code [samples, inputs, outputs]}, from the first sample on. */
    public static float[] values(Mask mask, int samples, int inputs, int outputs) {
        float[] values = new float[samples * inputs * outputs];
        for (int k = 0; k < values.length; k++) {
            values[k] = mask.value(k / outputs / inputs, k / outputs % inputs, k % outputs);
        }
        return values;
    }

    /** {@code m[b, i, u]}, scaled. */
    public static double value(MaskSpec spec, long seed, long layer, long step, long sample, long input, long output) {
        if (spec.rate().requested() == 0) {
            return 1;
        }
        boolean node = spec.granularity() == Granularity.NODE;
        long t = spec.fixed() ? 0 : step;
        long b = spec.fixed() ? 0 : sample;
        long i = node ? 0 : input;
        double p = spec.rate().requested();
        double sigma = Math.sqrt(p / (1 - p));
        switch (spec.noise()) {
            case BERNOULLI -> {
                double inverse =
                        (double) (1 << spec.rate().planes()) / spec.rate().threshold();
                return kept(spec.rate(), seed, layer, t, b, i, output) ? inverse : 0;
            }
            case GAUSSIAN -> {
                return 1 + sigma * normal(seed, layer, t, b, i, output);
            }
            case PARTIAL_GAUSSIAN -> {
                boolean kept = kept(spec.rate(), seed, layer, t, b, i, output);
                return kept ? 1 : 1 + sigma * normal(seed, layer, t, b, i, output);
            }
            default -> throw new AssertionError(spec.noise());
        }
    }

    /**
     * Asserts that a value is the defined one: Bernoulli and unperturbed values bit for bit, normals within 1e-5 (times
     * sigma if that is above 1).
     */
    public static void assertValue(
            MaskSpec spec, long seed, long layer, long step, long sample, long input, long output, float value) {
        double expected = value(spec, seed, layer, step, sample, input, output);
        boolean exact = spec.noise() == Noise.BERNOULLI || expected == 1;
        double tolerance = exact ? 0 : 1e-5 * Math.max(1, spec.rate().sigma());
        double error = value - (exact ? (float) expected : expected);
        if (!(Math.abs(error) <= tolerance)) {
            throw new AssertionError(String.format(
                    "%s, seed %x, layer %d, step %d, [%d, %d, %d]: expected %s within %s, was %s",
                    spec, seed, layer, step, sample, input, output, expected, tolerance, value));
        }
    }

    /**
     * Whether (b, i, u) is kept. The complements of its bits in planes 0, 1, .. n - 1 are the digits of a binary
     * fraction uniform over the multiples of 2^-n in [0, 1), the first worth 1/2; kept if that is below
     * {@code q' = T / 2^n}.
     */
    public static boolean kept(DropRate rate, long seed, long layer, long step, long sample, long input, long output) {
        long[] key = layerKey(seed, layer);
        long fraction = 0;
        for (long plane = 0; plane < rate.planes(); plane++) {
            long x = output / 32 + plane * (1L << 27);
            long word = philox(x, input / 4, sample, step, key[0], key[1])[(int) (input % 4)];
            long bit = word / (1L << output % 32) % 2;
            fraction = 2 * fraction + (1 - bit);
        }
        return fraction < rate.threshold();
    }

    /** The kept bits of outputs 32 block .. 32 block + 31, the first in the lowest bit. */
    public static int keptBits(DropRate rate, long seed, long layer, long step, long sample, long input, long block) {
        int bits = 0;
        for (int j = 0; j < 32; j++) {
            if (kept(rate, seed, layer, step, sample, input, 32 * block + j)) {
                bits |= 1 << j;
            }
        }
        return bits;
    }

    /**
     * The standard normal of (b, i, u). The first uniform is rounded to single precision, as the generator defines it.
     */
    public static double normal(long seed, long layer, long step, long sample, long input, long output) {
        long[] key = layerKey(seed, layer);
        long[] words = philox(output + GAUSSIAN_DOMAIN, input / 4, sample, step, key[0], key[1]);
        int lane = (int) (input % 4);
        int pair = lane / 2 * 2;
        double a = (float) ((double) (float) words[pair] / WORD + 0.5 / WORD);
        double c = (words[pair + 1] + 0.5) / WORD * 2 * Math.PI;
        double s = Math.sqrt(-2 * Math.log(a));
        return lane % 2 == 0 ? s * Math.sin(c) : s * Math.cos(c);
    }

    /** The two words of a layer's key. */
    public static long[] layerKey(long seed, long layer) {
        long[] words = philox(layer, 0, 0, 0xFFFFFFFFL, seed & 0xFFFFFFFFL, seed >>> 32);
        return new long[] {words[0], words[1]};
    }

    /** Philox4x32-10, from the paper: ten rounds, with a key increment after each. */
    public static long[] philox(long x, long y, long z, long w, long k0, long k1) {
        long[] c = {x, y, z, w};
        for (int round = 0; round < 10; round++) {
            long key0 = (k0 + round * 0x9E3779B9L) % WORD;
            long key1 = (k1 + round * 0xBB67AE85L) % WORD;
            long product0 = 0xD2511F53L * c[0];
            long product1 = 0xCD9E8D57L * c[2];
            long high0 = product0 >>> 32;
            long high1 = product1 >>> 32;
            long low0 = product0 & 0xFFFFFFFFL;
            long low1 = product1 & 0xFFFFFFFFL;
            c = new long[] {high1 ^ c[1] ^ key0, low1, high0 ^ c[3] ^ key1, low0};
        }
        return c;
    }
}

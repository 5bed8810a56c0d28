package org.pernodedrop.mask;

/**
 * The stream of cuRAND's host generator PHILOX4_32_10 in its default ordering. With it the CPU draws the same initial
 * weights as a GPU.
 *
 * <p>Word j of the stream of a seed is word {@code j & 3} of Philox(counter = (g / 65536, 0, g mod 65536, 0), key =
 * (low, high half of the seed)) with {@code g = j / 4}. Uniforms in {@code (0, 1]} are {@link BoxMuller#uniform} of a
 * word and equal cuRAND's bit for bit; normals are {@link BoxMuller}'s of the pairs (2j, 2j + 1) and are within 1e-5 of
 * cuRAND's.
 *
 * <p>Caches the last four words: not thread-safe.
 */
public final class CurandStream {
    private static final int SUBSEQUENCES = 65536;
    private static final long LENGTH = 1L << 50;

    private final int k0;
    private final int k1;
    private final int[] words = new int[4];
    private long group = -1;

    /** The stream of a seed. */
    public CurandStream(long seed) {
        this.k0 = (int) seed;
        this.k1 = (int) (seed >>> 32);
    }

    /**
     * Word j of the stream.
     *
     * @param j in [0, 2^50)
     * @throws IllegalArgumentException if {@code j} is out of its range
     */
    public int word(long j) {
        if (j < 0 || j >= LENGTH) {
            throw new IllegalArgumentException("index must be in [0, 2^50): index=" + j);
        }
        long wanted = j >>> 2;
        if (wanted != group) {
            int x = (int) (wanted / SUBSEQUENCES);
            int z = (int) (wanted % SUBSEQUENCES);
            Philox.generate(x, 0, z, 0, k0, k1, words, 0);
            group = wanted;
        }
        return words[(int) (j & 3)];
    }

    /** Uniform j of the stream, in (0, 1]. */
    public float uniform(long j) {
        return BoxMuller.uniform(word(j));
    }

    /** Standard normal j of the stream. */
    public float normal(long j) {
        float radius = BoxMuller.radius(word(j & ~1L));
        int angle = word(j | 1);
        return radius * ((j & 1) == 0 ? BoxMuller.sine(angle) : BoxMuller.cosine(angle));
    }
}

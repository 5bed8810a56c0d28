package org.pernodedrop.data;

import org.pernodedrop.mask.Philox;

/**
 * Random permutations from a seed: shuffles of epochs, choices of validation and test parts, choices under a limit.
 *
 * <p>A pure function of (n, seed, purpose, epoch), the same on every JDK and machine. Fisher-Yates: from the identity,
 * for j = n - 1 down to 1, positions j and {@code floor(r_j (j + 1) / 2^32)} are swapped. {@code r_j}, unsigned, is
 * word {@code j & 3} of {@link Philox} with
 *
 * <table>
 * <caption>Counter map</caption>
 * <tr><td>x</td><td>{@code j >> 2}</td></tr>
 * <tr><td>y</td><td>epoch</td></tr>
 * <tr><td>z</td><td>purpose</td></tr>
 * <tr><td>w</td><td>{@code 0xFFFFFFFE}</td></tr>
 * <tr><td>key</td><td>(low, high half of the seed)</td></tr>
 * </table>
 *
 * <p>These random words have no other use: layer keys have {@code w = 0xFFFFFFFF}, initial weights {@code w = 0}; masks
 * have {@code w = step} and the key of a layer instead of the seed, and even with an equal key their words differ while
 * {@code step < 2^32 - 2}.
 *
 * <p>The multiply-shift method favours some positions by a factor of at most {@code 1 + n / 2^32}.
 */
public final class Permutation {
    /** Purpose: order of the training examples in an epoch. */
    public static final int SHUFFLE = 1;

    /** Purpose: choice of the validation part; epoch 0. */
    public static final int SPLIT = 2;

    /** Purpose: choice of the examples that a limit leaves; epoch 0. */
    public static final int LIMIT = 3;

    /** Purpose: choice of a test part for data that has none; epoch 0. */
    public static final int TEST = 4;

    private static final int DOMAIN = 0xFFFFFFFE;
    private static final long UNSIGNED = 0xFFFFFFFFL;

    private Permutation() {}

    /**
     * A random permutation of 0 .. n - 1.
     *
     * @param n length, at least 0
     * @param seed any 64-bit value
     * @param purpose at least 0; different purposes give independent permutations
     * @param epoch number of the epoch, at least 0; different epochs give independent permutations
     * @throws IllegalArgumentException if an argument is negative
     */
    public static int[] of(int n, long seed, int purpose, int epoch) {
        requireNotNegative("n", n);
        requireNotNegative("purpose", purpose);
        requireNotNegative("epoch", epoch);
        int[] order = new int[n];
        for (int j = 0; j < n; j++) {
            order[j] = j;
        }
        int[] words = new int[4];
        int group = -1;
        for (int j = n - 1; j > 0; j--) {
            if (j >> 2 != group) {
                group = j >> 2;
                Philox.generate(group, epoch, purpose, DOMAIN, (int) seed, (int) (seed >>> 32), words, 0);
            }
            int other = (int) ((words[j & 3] & UNSIGNED) * (j + 1L) >>> 32);
            int moved = order[j];
            order[j] = order[other];
            order[other] = moved;
        }
        return order;
    }

    private static void requireNotNegative(String name, int value) {
        if (value < 0) {
            throw new IllegalArgumentException(name + " must be at least 0: " + name + "=" + value);
        }
    }
}

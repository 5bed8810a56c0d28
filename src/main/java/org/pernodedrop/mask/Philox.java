package org.pernodedrop.mask;

/**
 * Philox4x32-10, the counter-based generator of Salmon et al., "Parallel Random Numbers: As Easy as 1, 2, 3", SC 2011,
 * exactly as in cuRAND and Random123.
 *
 * <p>Stateless: maps four 32-bit counter words and two key words to four random words. All words are unsigned, stored
 * in the bits of an {@code int}.
 */
public final class Philox {
    /** Multiplier of counter word x. */
    public static final int MULTIPLIER_0 = 0xD2511F53;

    /** Multiplier of counter word z. */
    public static final int MULTIPLIER_1 = 0xCD9E8D57;

    /** Increment of key word 0 between rounds (the golden ratio). */
    public static final int WEYL_0 = 0x9E3779B9;

    /** Increment of key word 1 between rounds (the square root of 3, less 1). */
    public static final int WEYL_1 = 0xBB67AE85;

    /** Number of rounds. */
    public static final int ROUNDS = 10;

    private static final long LOW = 0xFFFFFFFFL;

    private Philox() {}

    /**
     * Writes the four words of counter (x, y, z, w) under key (k0, k1) to {@code words[offset .. offset + 3]}.
     *
     * @param words receives the words; must have room for four from {@code offset}
     */
    public static void generate(int x, int y, int z, int w, int k0, int k1, int[] words, int offset) {
        int c0 = x;
        int c1 = y;
        int c2 = z;
        int c3 = w;
        for (int round = 0; round < ROUNDS; round++) {
            long p0 = (MULTIPLIER_0 & LOW) * (c0 & LOW);
            long p1 = (MULTIPLIER_1 & LOW) * (c2 & LOW);
            c0 = (int) (p1 >>> 32) ^ c1 ^ k0;
            c1 = (int) p1;
            c2 = (int) (p0 >>> 32) ^ c3 ^ k1;
            c3 = (int) p0;
            k0 += WEYL_0;
            k1 += WEYL_1;
        }
        words[offset] = c0;
        words[offset + 1] = c1;
        words[offset + 2] = c2;
        words[offset + 3] = c3;
    }
}

package org.pernodedrop.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.function.Executable;
import org.pernodedrop.Refusal;
import org.pernodedrop.mask.Philox;

class PermutationTest {
    private static final long SEED = 0x0123456789ABCDEFL;

    /** From a Python program of the definition. These rows must never change, or runs could not be repeated. */
    @Test
    void goldenRows() {
        assertArrayEquals(
                new int[] {3, 6, 1, 10, 0, 8, 5, 12, 9, 7, 2, 4, 11}, Permutation.of(13, SEED, Permutation.SHUFFLE, 2));
        assertArrayEquals(new int[] {2, 4, 0, 3, 1}, Permutation.of(5, -1, Permutation.LIMIT, 0));
    }

    @Property(tries = 200, seed = "1")
    void holdsEveryPositionOnceAndRepeats(
            @ForAll @IntRange(max = 300) int n,
            @ForAll long seed,
            @ForAll @IntRange(max = 9) int purpose,
            @ForAll @IntRange int epoch) {
        int[] order = Permutation.of(n, seed, purpose, epoch);
        assertArrayEquals(
                IntStream.range(0, n).toArray(), Arrays.stream(order).sorted().toArray());
        assertArrayEquals(order, Permutation.of(n, seed, purpose, epoch));
    }

    @Property(tries = 50, seed = "1")
    void isFisherYatesOnItsCounterMap(@ForAll @IntRange(max = 207) int n, @ForAll long seed) {
        int[] words = new int[4];
        int[] expected = IntStream.range(0, n).toArray();
        for (int j = n - 1; j > 0; j--) {
            Philox.generate(j / 4, 5, 2, -2, (int) seed, (int) (seed >> 32), words, 0);
            int other = (int) Math.floor(Integer.toUnsignedLong(words[j % 4]) * (j + 1.0) / 4294967296.0);
            int moved = expected[j];
            expected[j] = expected[other];
            expected[other] = moved;
        }
        assertArrayEquals(expected, Permutation.of(n, seed, 2, 5));
    }

    @Test
    void everyPositionIsEquallyLikely() {
        int n = 7;
        int tries = 7000;
        int[][] counts = new int[n][n];
        for (int epoch = 0; epoch < tries; epoch++) {
            int[] order = Permutation.of(n, SEED, Permutation.SHUFFLE, epoch);
            for (int j = 0; j < n; j++) {
                counts[j][order[j]]++;
            }
        }
        double sixSigma = 6 * Math.sqrt(tries * (1.0 / n) * (1 - 1.0 / n));
        for (int[] row : counts) {
            for (int count : row) {
                assertEquals((double) tries / n, count, sixSigma);
            }
        }
    }

    @Test
    void seedPurposeAndEpochEachChangeIt() {
        int[] order = Permutation.of(207, SEED, 1, 0);
        int[][] others = {
            Permutation.of(207, SEED + 1, 1, 0),
            Permutation.of(207, SEED + (1L << 32), 1, 0),
            Permutation.of(207, SEED, 2, 0),
            Permutation.of(207, SEED, 1, 1)
        };
        for (int[] other : others) {
            long equal =
                    IntStream.range(0, 207).filter(j -> order[j] == other[j]).count();
            assertTrue(equal < 10, "fixed points of independent orders: about 1, not " + equal);
        }
    }

    @Test
    void refusesNegativeArguments() {
        assertRefused("n must be at least 0: n=-1", () -> Permutation.of(-1, 0, 1, 0));
        assertRefused("purpose must be at least 0: purpose=-2", () -> Permutation.of(1, 0, -2, 0));
        assertRefused("epoch must be at least 0: epoch=-3", () -> Permutation.of(1, 0, 1, -3));
    }

    private static void assertRefused(String message, Executable action) {
        Refusal.says(IllegalArgumentException.class, message, action);
    }
}

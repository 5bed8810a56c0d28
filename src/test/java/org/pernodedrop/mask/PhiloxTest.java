package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PhiloxTest {
    private static final BigInteger WORD = BigInteger.ONE.shiftLeft(32);
    private static final BigInteger M0 = new BigInteger("D2511F53", 16);
    private static final BigInteger M1 = new BigInteger("CD9E8D57", 16);
    private static final BigInteger W0 = new BigInteger("9E3779B9", 16);
    private static final BigInteger W1 = new BigInteger("BB67AE85", 16);

    @Test
    void givesThePublishedAnswers() {
        List<String[]> rows = TestResource.rows("philox-known-answers.txt");
        assertEquals(3, rows.size());
        for (String[] row : rows) {
            int[] words = Arrays.stream(row)
                    .mapToInt(hex -> Integer.parseUnsignedInt(hex, 16))
                    .toArray();
            int[] counter = Arrays.copyOf(words, 4);
            int[] key = Arrays.copyOfRange(words, 4, 6);
            int[] expected = Arrays.copyOfRange(words, 6, 10);
            assertArrayEquals(expected, inBigIntegers(counter, key));
            assertArrayEquals(expected, generated(counter, key));
            assertArrayEquals(expected, inReference(counter, key));
        }
    }

    @Test
    void equalsTheDefinitionInWholeNumbers() {
        Random random = new Random(1);
        for (int trial = 0; trial < 1000; trial++) {
            int[] counter = random.ints(4).toArray();
            int[] key = random.ints(2).toArray();
            int[] expected = inBigIntegers(counter, key);
            assertArrayEquals(expected, generated(counter, key));
            assertArrayEquals(expected, inReference(counter, key));
        }
    }

    @Test
    void writesFourWordsAtTheOffsetAndNothingElse() {
        int[] words = {1, 2, 3, 4, 5, 6, 7};
        Philox.generate(0, 0, 0, 0, 0, 0, words, 2);
        assertArrayEquals(new int[] {1, 2, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8, 7}, words);
    }

    private static int[] generated(int[] counter, int[] key) {
        int[] words = new int[4];
        Philox.generate(counter[0], counter[1], counter[2], counter[3], key[0], key[1], words, 0);
        return words;
    }

    private static int[] inReference(int[] counter, int[] key) {
        long[] c = Arrays.stream(counter).mapToLong(Integer::toUnsignedLong).toArray();
        long[] words = ReferenceMask.philox(
                c[0], c[1], c[2], c[3], Integer.toUnsignedLong(key[0]), Integer.toUnsignedLong(key[1]));
        return Arrays.stream(words).mapToInt(word -> (int) word).toArray();
    }

    private static int[] inBigIntegers(int[] counter, int[] key) {
        BigInteger[] c = unsigned(counter);
        BigInteger[] k = unsigned(key);
        for (int round = 0; round < 10; round++) {
            BigInteger[] p0 = M0.multiply(c[0]).divideAndRemainder(WORD);
            BigInteger[] p1 = M1.multiply(c[2]).divideAndRemainder(WORD);
            c = new BigInteger[] {
                p1[0].xor(c[1]).xor(k[0]), p1[1], p0[0].xor(c[3]).xor(k[1]), p0[1]
            };
            k = new BigInteger[] {k[0].add(W0).mod(WORD), k[1].add(W1).mod(WORD)};
        }
        return Arrays.stream(c).mapToInt(BigInteger::intValue).toArray();
    }

    private static BigInteger[] unsigned(int[] words) {
        return Arrays.stream(words)
                .mapToObj(word -> BigInteger.valueOf(Integer.toUnsignedLong(word)))
                .toArray(BigInteger[]::new);
    }
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class PhiloxTest {
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
            assertArrayEquals(inReference(counter, key), generated(counter, key));
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
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.pernodedrop.Refusal;

/** Compares with numbers of NVIDIA's host library. */
class CurandStreamTest {
    private static final double NORMAL_TOLERANCE = 2e-6;
    private static final Map<String, List<String[]>> GOLDEN =
            TestResource.rows("curand-philox.txt").stream().collect(Collectors.groupingBy(row -> row[0]));

    @Test
    void wordsAreBitEqual() {
        assertEquals(12, GOLDEN.get("words").size());
        for (String[] row : GOLDEN.get("words")) {
            CurandStream stream = stream(row);
            long offset = Long.parseLong(row[2]);
            for (int j = 3; j < row.length; j++) {
                long at = offset + j - 3;
                assertEquals(bits(row[j]), stream.word(at), () -> "word " + at + " of seed " + row[1]);
            }
        }
    }

    @Test
    void uniformsAreBitEqual() {
        assertEquals(6, GOLDEN.get("uniform").size());
        for (String[] row : GOLDEN.get("uniform")) {
            CurandStream stream = stream(row);
            for (int j = 2; j < row.length; j++) {
                long at = j - 2;
                int uniform = Float.floatToRawIntBits(stream.uniform(at));
                assertEquals(bits(row[j]), uniform, () -> "uniform " + at + " of seed " + row[1]);
            }
        }
    }

    @Test
    void normalsAgree() {
        assertEquals(6, GOLDEN.get("normal").size());
        for (String[] row : GOLDEN.get("normal")) {
            CurandStream stream = stream(row);
            for (int j = 2; j < row.length; j++) {
                long at = j - 2;
                float expected = Float.intBitsToFloat(bits(row[j]));
                assertEquals(
                        expected, stream.normal(at), NORMAL_TOLERANCE, () -> "normal " + at + " of seed " + row[1]);
            }
        }
    }

    @Test
    void orderOfReadingDoesNotMatter() {
        CurandStream forwards = new CurandStream(42);
        CurandStream backwards = new CurandStream(42);
        int[] words = new int[207];
        for (int j = 0; j < words.length; j++) {
            words[j] = forwards.word(j);
        }
        for (int j = words.length - 1; j >= 0; j--) {
            assertEquals(words[j], backwards.word(j));
        }
    }

    @Test
    void readsUpToTheLastIndexAndRefusesOthers() {
        CurandStream stream = new CurandStream(5);
        long last = (1L << 50) - 1;
        long[] words = ReferenceMask.philox(0xFFFFFFFFL, 0, 0xFFFF, 0, 5, 0);
        assertEquals((int) words[3], stream.word(last));
        for (long j : new long[] {-1, last + 1, Long.MIN_VALUE, Long.MAX_VALUE}) {
            Refusal.says(
                    IllegalArgumentException.class, "index must be in [0, 2^50): index=" + j, () -> stream.word(j));
        }
    }

    private static CurandStream stream(String[] row) {
        return new CurandStream(Long.parseUnsignedLong(row[1], 16));
    }

    private static int bits(String hex) {
        return Integer.parseUnsignedInt(hex, 16);
    }
}

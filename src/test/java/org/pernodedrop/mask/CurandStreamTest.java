package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.pernodedrop.Refusal;

/** Compares with numbers of NVIDIA's host library. */
class CurandStreamTest {
    private static final double NORMAL_TOLERANCE = 2e-6;
    private static final Map<String, List<String[]>> GOLDEN =
            TestResource.rows("curand-philox.txt").stream().collect(Collectors.groupingBy(row -> row[0]));

    /** Compares a number of the stream with the bits that the library gave. */
    private interface Comparison {
        void compare(CurandStream stream, long at, int bits, Supplier<String> where);
    }

    private static void forEach(String kind, int rows, int first, Comparison comparison) {
        assertEquals(rows, GOLDEN.get(kind).size());
        for (String[] row : GOLDEN.get(kind)) {
            CurandStream stream = new CurandStream(Long.parseUnsignedLong(row[1], 16));
            long offset = first == 3 ? Long.parseLong(row[2]) : 0;
            for (int j = first; j < row.length; j++) {
                long at = offset + j - first;
                int bits = Integer.parseUnsignedInt(row[j], 16);
                comparison.compare(stream, at, bits, () -> kind + " " + at + " of seed " + row[1]);
            }
        }
    }

    @Test
    void wordsAndUniformsAreBitEqualAndNormalsAgree() {
        forEach("words", 12, 3, (stream, at, bits, where) -> assertEquals(bits, stream.word(at), where));
        forEach(
                "uniform",
                6,
                2,
                (stream, at, bits, where) -> assertEquals(bits, Float.floatToRawIntBits(stream.uniform(at)), where));
        forEach(
                "normal",
                6,
                2,
                (stream, at, bits, where) ->
                        assertEquals(Float.intBitsToFloat(bits), stream.normal(at), NORMAL_TOLERANCE, where));
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
}

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.Test;

class BoxMullerTest {
    private static final int RANDOM_WORDS = 200_000;

    @Test
    void uniformsAreRoundedTwiceAsCurandDoes() {
        forWords(word -> {
            double rounded = (float) Integer.toUnsignedLong(word);
            // Exact in double precision, so that the cast is the only rounding.
            float expected = (float) (rounded * 0x1p-32 + 0x1p-33);
            assertEquals(expected, BoxMuller.uniform(word));
            assertTrue(expected > 0 && expected <= 1);
        });
    }

    @Test
    void radiusIsThatOfTheRoundedUniform() {
        forWords(word -> {
            double expected = Math.sqrt(-2 * Math.log(BoxMuller.uniform(word)));
            assertEquals(expected, BoxMuller.radius(word), 1e-6);
        });
    }

    @Test
    void radiusIsZeroAtOneAndBoundedAtTheOtherEnd() {
        assertEquals(0f, BoxMuller.radius(-1));
        assertEquals(Math.sqrt(66 * Math.log(2)), BoxMuller.radius(0), 1e-6);
        assertTrue(BoxMuller.radius(0) < 6.77f);
    }

    @Test
    void sineAndCosineAreThoseOfTheAngle() {
        forWords(word -> {
            double angle = (Integer.toUnsignedLong(word) + 0.5) * 0x1p-32 * 2 * Math.PI;
            assertEquals(Math.sin(angle), BoxMuller.sine(word), 5e-7);
            assertEquals(Math.cos(angle), BoxMuller.cosine(word), 5e-7);
        });
    }

    @Test
    void fileOfKnownAnswersHoldsTheseBits() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("box-muller-known-answers.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(text().lines().toList(), text.lines().toList());
        }
    }

    private static void forWords(IntConsumer check) {
        for (int shift = 0; shift < 32; shift++) {
            for (int step = -2; step <= 2; step++) {
                check.accept((1 << shift) + step);
                check.accept((0xFFFFFFFF << shift) + step);
                check.accept((0xFFFFFFFF >>> shift) + step);
            }
        }
        Random random = new Random(1);
        for (int j = 0; j < RANDOM_WORDS; j++) {
            check.accept(random.nextInt());
        }
    }

    private static final String HEADER =
            """
            # This project's normals from pairs of words, bit for bit; cuRAND's are within 1e-5 of them.
            # V W Z0 Z1: words and floats' bits, in hexadecimal. z0 = s sin c, z1 = s cos c.
            """;

    private static final int[] EDGES = {
        0, 1, 0x7F, 0x80, 0x1FFFFFFF, 0x20000000, 0x5A82799A, 1 << 31, 0xB504F334, -129, -1
    };
    private static final int RANDOM_PAIRS = 135;

    /** Prints {@code box-muller-known-answers.txt}. */
    public static void main(String[] arguments) {
        System.out.print(text());
    }

    /** The content that the file must have. */
    static String text() {
        StringBuilder text = new StringBuilder(HEADER);
        for (int v : EDGES) {
            for (int w : EDGES) {
                line(text, v, w);
            }
        }
        Random random = new Random(5);
        for (int j = 0; j < RANDOM_PAIRS; j++) {
            line(text, random.nextInt(), random.nextInt());
        }
        return text.toString();
    }

    private static void line(StringBuilder text, int v, int w) {
        float radius = BoxMuller.radius(v);
        int z0 = Float.floatToRawIntBits(radius * BoxMuller.sine(w));
        int z1 = Float.floatToRawIntBits(radius * BoxMuller.cosine(w));
        text.append(String.format(Locale.ROOT, "%08x %08x %08x %08x\n", v, w, z0, z1));
    }
}

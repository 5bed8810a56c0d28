package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
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
            assertEquals(
                    BoxMullerKnownAnswers.text().lines().toList(), text.lines().toList());
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
}

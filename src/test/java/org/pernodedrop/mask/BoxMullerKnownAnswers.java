package org.pernodedrop.mask;

import java.util.Locale;
import java.util.Random;

/**
 * The rows of {@code box-muller-known-answers.txt}: pairs of words with the normals that {@link BoxMuller} makes of them,
 * by their bits, so that the CUDA kernels can be held to them. {@link #main} prints the file.
 */
public final class BoxMullerKnownAnswers {
    private static final String HEADER =
            """
            # This project's normals from pairs of words, bit for bit; cuRAND's are within 1e-5 of them.
            # V W Z0 Z1: words and floats' bits, in hexadecimal. z0 = s sin c, z1 = s cos c.
            """;

    private static final int[] EDGES = {
        0, 1, 0x7F, 0x80, 0x1FFFFFFF, 0x20000000, 0x5A82799A, 1 << 31, 0xB504F334, -129, -1
    };
    private static final int RANDOM_PAIRS = 135;

    private BoxMullerKnownAnswers() {}

    /** Prints the file. */
    public static void main(String[] arguments) {
        System.out.print(text());
    }

    /** What the file must hold. */
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

package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MaskKnownAnswersTest {
    private static final List<String[]> ROWS = TestResource.rows("mask-known-answers.txt");

    @Test
    void fileIsWhatTheReferenceDraws() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("mask-known-answers.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(MaskKnownAnswers.text().lines().toList(), text.lines().toList());
        }
    }

    @Test
    void keysAgree() {
        for (String[] row : rows("key", 7)) {
            LayerKey key = LayerKey.of(hexLong(row[1]), Integer.parseInt(row[2]));
            assertEquals(new LayerKey(hex(row[3]), hex(row[4])), key);
        }
    }

    @Test
    void keptBitsAgree() {
        for (String[] row : rows("kept", 70)) {
            int planes = Integer.parseInt(row[7]);
            int threshold = Integer.parseInt(row[8]);
            DropRate rate = new DropRate(1 - (double) threshold / (1 << planes), planes, threshold);
            Mask mask = mask(new MaskSpec(Noise.BERNOULLI, Granularity.CONNECTION, rate, false), row);
            int bits = mask.keptBits(unsigned(row[4]), unsigned(row[5]), Integer.parseInt(row[6]));
            assertEquals(row[9], String.format("%08x", bits), () -> String.join(" ", row));
        }
    }

    @Test
    void normalsAgree() {
        for (String[] row : rows("normal", 28)) {
            Mask mask = mask(MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.5), row);
            float normal = mask.normal(unsigned(row[4]), unsigned(row[5]), Integer.parseInt(row[6]));
            assertEquals(Double.parseDouble(row[9]), normal, 1e-5, () -> String.join(" ", row));
        }
    }

    /** The document's worked example is the third position of the file. */
    @Test
    void documentShowsTheSameNumbers() throws IOException {
        String document = Files.readString(Path.of("docs/mask.md"));
        int shown = 0;
        for (String[] row : ROWS) {
            if (!row[1].equals("00000000000004d2")) {
                continue;
            }
            if (row[0].equals("key")) {
                assertShown(document, row[3] + " " + row[4]);
                shown++;
            } else if (row[0].equals("kept") && row[7].equals("6") && row[8].equals("45")) {
                assertShown(document, row[9]);
                shown++;
            } else if (row[0].equals("normal") && row[5].equals("10")) {
                assertShown(document, row[7]);
                assertShown(document, row[8]);
                assertShown(document, row[9].substring(0, 8));
                shown++;
            }
        }
        assertEquals(3, shown);
    }

    private static void assertShown(String document, String number) {
        assertTrue(document.contains(number), () -> "docs/mask.md lacks " + number);
    }

    private static List<String[]> rows(String kind, int expected) {
        List<String[]> rows = ROWS.stream().filter(row -> row[0].equals(kind)).toList();
        assertEquals(expected, rows.size());
        return rows;
    }

    private static Mask mask(MaskSpec spec, String[] row) {
        return Mask.of(spec, hexLong(row[1]), Integer.parseInt(row[2]), unsigned(row[3]));
    }

    private static int unsigned(String decimal) {
        return Integer.parseUnsignedInt(decimal);
    }

    private static int hex(String word) {
        return Integer.parseUnsignedInt(word, 16);
    }

    private static long hexLong(String word) {
        return Long.parseUnsignedLong(word, 16);
    }
}

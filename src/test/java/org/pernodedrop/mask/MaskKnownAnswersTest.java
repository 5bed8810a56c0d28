package org.pernodedrop.mask;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class MaskKnownAnswersTest {
    private static final List<String[]> ROWS = TestResource.rows("mask-known-answers.txt");

    @Test
    void fileIsWhatTheReferenceDraws() throws IOException {
        try (InputStream in = getClass().getResourceAsStream("mask-known-answers.txt")) {
            String text = new String(in.readAllBytes(), StandardCharsets.US_ASCII);
            assertEquals(text().lines().toList(), text.lines().toList());
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

    private static final String HEADER =
            """
            # The mask's known answers, for every backend and language. Blank-separated; seeds, keys, words and bits in
            # hexadecimal, all else in decimal; 32-bit quantities unsigned.
            # key SEED LAYER K0 K1: the layer's key.
            # kept SEED LAYER STEP SAMPLE INPUT BLOCK PLANES THRESHOLD BITS: kept bits of outputs 32 BLOCK .. 32 BLOCK + 31,
            #   the first in the lowest bit; keep probability THRESHOLD / 2^PLANES.
            # normal SEED LAYER STEP SAMPLE INPUT OUTPUT V W Z: the pair of words, and the standard normal from it
            #   (agree within 1e-5).
            """;

    private static final List<Position> POSITIONS = List.of(
            new Position(0, 0, 0, 0, 0, 0),
            new Position(1, 0, 0, 0, 1, 0),
            new Position(1234, 1, 7, 3, 10, 77),
            new Position(0x0123456789ABCDEFL, 2, 1000, 127, 783, 255),
            new Position(0xDEADBEEFCAFEBABEL, 17, 65536, 70_000, 4095, 4096),
            new Position(-1L, 3, 1L << 31, 1L << 31, 1L << 31, 1 << 30),
            new Position(1L << 63, Integer.MAX_VALUE, 4_294_967_294L, 4_294_967_295L, 4_294_967_295L, (1L << 31) - 1));

    private static final double[] RATES = {0.5, 0.25, 0.4, 0.3, 0.7, 0.1, 0.9, 0.001, 0x1p-16, 1 - 0x1p-16};

    private record Position(long seed, long layer, long step, long sample, long input, long output) {
        /** Seed, layer, step and sample, as in the file. */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%016x %d %d %d", seed, layer, step, sample);
        }
    }

    /** Prints {@code mask-known-answers.txt}. */
    public static void main(String[] arguments) {
        System.out.print(text());
    }

    /** The content that the file must have. */
    static String text() {
        StringBuilder text = new StringBuilder(HEADER);
        for (Position at : POSITIONS) {
            long[] key = ReferenceMask.layerKey(at.seed, at.layer);
            line(text, "key %016x %d %08x %08x", at.seed, at.layer, key[0], key[1]);
            for (double p : RATES) {
                DropRate rate = DropRate.of(p);
                long block = at.output / 32;
                int bits = ReferenceMask.keptBits(rate, at.seed, at.layer, at.step, at.sample, at.input, block);
                String mask = block + " " + rate.planes() + " " + rate.threshold();
                line(text, "kept %s %d %s %08x", at, at.input, mask, bits);
            }
            for (long lane = 0; lane < 4; lane++) {
                long input = at.input / 4 * 4 + lane;
                long x = at.output + (1L << 31);
                long[] words = ReferenceMask.philox(x, input / 4, at.sample, at.step, key[0], key[1]);
                int pair = (int) (lane / 2 * 2);
                double z = ReferenceMask.normal(at.seed, at.layer, at.step, at.sample, input, at.output);
                line(text, "normal %s %d %d %08x %08x %.9f", at, input, at.output, words[pair], words[pair + 1], z);
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

package org.pernodedrop.mask;

import java.util.List;
import java.util.Locale;

/**
 * The rows of {@code mask-known-answers.txt}: positions with what {@link ReferenceMask} draws there, for tests in any
 * language. {@link #main} prints the file.
 */
public final class MaskKnownAnswers {
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

    private record Position(long seed, long layer, long step, long sample, long input, long output) {}

    private MaskKnownAnswers() {}

    /** Prints the file. */
    public static void main(String[] arguments) {
        System.out.print(text());
    }

    /** What the file must hold. */
    static String text() {
        StringBuilder text = new StringBuilder(HEADER);
        for (Position at : POSITIONS) {
            long[] key = ReferenceMask.layerKey(at.seed, at.layer);
            line(text, "key %016x %d %08x %08x", at.seed, at.layer, key[0], key[1]);
            for (double p : RATES) {
                DropRate rate = DropRate.of(p);
                long block = at.output / 32;
                int bits = ReferenceMask.keptBits(rate, at.seed, at.layer, at.step, at.sample, at.input, block);
                line(
                        text,
                        "kept %016x %d %d %d %d %d %d %d %08x",
                        at.seed,
                        at.layer,
                        at.step,
                        at.sample,
                        at.input,
                        block,
                        rate.planes(),
                        rate.threshold(),
                        bits);
            }
            for (long lane = 0; lane < 4; lane++) {
                long input = at.input / 4 * 4 + lane;
                long x = at.output + (1L << 31);
                long[] words = ReferenceMask.philox(x, input / 4, at.sample, at.step, key[0], key[1]);
                int pair = (int) (lane / 2 * 2);
                line(
                        text,
                        "normal %016x %d %d %d %d %d %08x %08x %.9f",
                        at.seed,
                        at.layer,
                        at.step,
                        at.sample,
                        input,
                        at.output,
                        words[pair],
                        words[pair + 1],
                        ReferenceMask.normal(at.seed, at.layer, at.step, at.sample, input, at.output));
            }
        }
        return text.toString();
    }

    private static void line(StringBuilder text, String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values)).append('\n');
    }
}

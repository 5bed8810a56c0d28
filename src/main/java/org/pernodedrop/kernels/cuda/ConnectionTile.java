package org.pernodedrop.kernels.cuda;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The sizes of what a block of a connection kernel computes, as in {@code cuda/connection_tiles.h}. */
public enum ConnectionTile {
    /** For wide layers. */
    LARGE,
    /** For layers and batches that give too few large tiles to fill a GPU. */
    SMALL,
    /** As small, for any sizes and any alignment. */
    UNALIGNED,
    /** For normals, where drawing costs far more than loading. */
    NORMALS;

    /**
     * A tile of a pass: rows x columns results, {@code depth} terms of their sums a turn.
     *
     * @param threads of a block
     * @param blocks that are to fit a multiprocessor at least
     * @param sharedWords of two stages, without mask bits
     * @param maskWords of mask bits in two stages
     */
    record Shape(
            int rows,
            int columns,
            int depth,
            int threads,
            int blocks,
            int sharedWords,
            int maskWords,
            int issuePercent,
            int latencyPercent) {
        // Of the generator's keys, in front of the stages.
        private static final int SCHEDULE_WORDS = 32;

        int sharedBytes(ConnectionSource source) {
            return Float.BYTES * (SCHEDULE_WORDS + sharedWords + (source.hasBits() ? maskWords : 0));
        }

        private static Shape forward(int samples, int outputs, int threads, int blocks) {
            int inputs = 8;
            return new Shape(
                    samples,
                    outputs,
                    inputs,
                    threads,
                    blocks,
                    2 * (samples * (inputs + 4) + inputs * outputs),
                    maskWords(inputs, outputs, samples),
                    135,
                    threads == 32 ? 480 : 460);
        }

        private static Shape backwardInput(int samples, int inputs, int threads, int blocks) {
            int outputs = 32;
            int words = 2 * (samples * (outputs + 4) + inputs * outputs);
            // One sample a thread reads shared memory more often than it can.
            int issuePercent = samples == 32 ? 210 : 135;
            return new Shape(samples, inputs, outputs, threads, blocks, words, 0, issuePercent, 590);
        }

        private static Shape backwardWeight(int inputs, int outputs, int threads, int blocks) {
            int samples = 8;
            return new Shape(
                    inputs,
                    outputs,
                    samples,
                    threads,
                    blocks,
                    2 * samples * (inputs + outputs),
                    maskWords(inputs, outputs, samples),
                    135,
                    460);
        }

        private static int maskWords(int inputs, int outputs, int samples) {
            return 2 * (inputs / 4) * (outputs / 8) * (samples + 4);
        }
    }

    Shape shape(ConnectionPass pass) {
        return switch (pass) {
            case FORWARD ->
                switch (this) {
                    case LARGE -> Shape.forward(64, 128, 128, 3);
                    case SMALL, UNALIGNED -> Shape.forward(32, 64, 32, 12);
                    case NORMALS -> Shape.forward(16, 64, 128, 4);
                };
            case BACKWARD_INPUT ->
                switch (this) {
                    case LARGE -> Shape.backwardInput(128, 32, 128, 3);
                    case SMALL, UNALIGNED -> Shape.backwardInput(32, 32, 128, 4);
                    case NORMALS -> Shape.backwardInput(32, 16, 128, 4);
                };
            case BACKWARD_WEIGHT ->
                switch (this) {
                    case LARGE -> Shape.backwardWeight(64, 128, 128, 4);
                    case SMALL, UNALIGNED -> Shape.backwardWeight(64, 64, 64, 6);
                    case NORMALS -> Shape.backwardWeight(32, 64, 64, 6);
                };
        };
    }

    /** The tiles that a source's kernels come in. */
    public static List<ConnectionTile> of(ConnectionSource source) {
        return Arrays.stream(values())
                .filter(tile -> source.hasNormals() == (tile == NORMALS))
                .toList();
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

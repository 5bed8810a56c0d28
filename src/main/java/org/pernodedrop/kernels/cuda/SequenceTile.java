package org.pernodedrop.kernels.cuda;

import java.util.Locale;

/** The sizes of what a block of a sequence kernel computes, as in {@code cuda/sequence_tiles.h}. */
public enum SequenceTile {
    /** For whole multiprocessors; takes more than 128 KiB of shared memory. */
    LARGE,
    /** For sequences and batches that give too few large tiles, and for GPUs that lack the shared memory. */
    SMALL;

    /**
     * A tile of a pass.
     *
     * @param rows positions, or inputs in the gradient of the weights
     * @param columns outputs, or inputs in the gradient of the inputs
     * @param threads of a block
     * @param blocks that are to fit a multiprocessor at least
     * @param sharedBytes of a block, dynamic
     * @param busyClocks that a turn of a block takes of a multiprocessor's pipes, about
     * @param aloneClocks that a turn takes of a block that has the multiprocessor to itself, about
     */
    record Shape(int rows, int columns, int threads, int blocks, int sharedBytes, long busyClocks, long aloneClocks) {
        /** Words along the sums that a block multiplies at a time. */
        static final int TURN = 32;

        private static final int SCHEDULE_WORDS = 32;
        private static final int MASK_GROUP = 128;

        /** @param maskSide inputs or outputs whose mask is drawn at a time, for 32 others of the columns */
        private static Shape of(
                int rows, int columns, int threads, int blocks, int stages, int maskSide, long busy, long alone) {
            int words = SCHEDULE_WORDS + 2 * (columns / 32 * maskSide) + stages * TURN * (rows + columns);
            return new Shape(rows, columns, threads, blocks, Float.BYTES * words, busy, alone);
        }
    }

    Shape shape(ConnectionPass pass) {
        boolean weight = pass == ConnectionPass.BACKWARD_WEIGHT;
        if (this == LARGE) {
            return weight
                    ? Shape.of(128, 128, 256, 1, 4, 128, 1050, 1050)
                    : Shape.of(128, 256, 256, 1, 3, Shape.MASK_GROUP, 1800, 1800);
        }
        return Shape.of(64, 64, 128, 3, 3, weight ? 64 : Shape.MASK_GROUP, 400, 600);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

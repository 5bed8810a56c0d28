package org.pernodedrop.kernels.cuda;

import org.pernodedrop.kernels.Arguments;

/**
 * Grids of all kernels but those that compute tiles, which are planned. Only the grids of {@link #columnSums} and {@link
 * #nodeBackward} decide what is computed: their parts decide the order of additions.
 */
public final class LaunchShapes {
    private static final long GRID_YZ_LIMIT = 65_535;
    private static final int ELEMENT_BLOCK = 256;
    private static final int ELEMENT_BLOCKS_PER_MULTIPROCESSOR = 8;
    private static final int ROW_BLOCK = 256;
    private static final int MASK_BLOCK_WARPS = 8;
    private static final int WARP_MASK_OUTPUTS = 128;
    private static final int LOSS_BLOCK_WARPS = 8;
    private static final int COLUMN_SUMS_COLUMNS = 32;
    // A part has at least this many rows, or the second pass costs more than it saves.
    private static final int COLUMN_SUMS_MIN_ROWS = 64;
    // So that the second pass, itself not split, stays short.
    private static final int COLUMN_SUMS_MAX_PARTS = 256;
    private static final int COLUMN_SUMS_BLOCKS_PER_MULTIPROCESSOR = 4;

    private final int multiprocessors;

    /** @param multiprocessors of the GPU, at least 1 */
    public LaunchShapes(int multiprocessors) {
        Arguments.atLeastOne("multiprocessors", multiprocessors);
        this.multiprocessors = multiprocessors;
    }

    /** Element-wise kernels; cuRAND fills count groups of four. */
    public Grid elements(long elements) {
        return Grid.of(Math.min(ceilDivide(elements, ELEMENT_BLOCK), busy(ELEMENT_BLOCKS_PER_MULTIPROCESSOR)), 1, 1);
    }

    /** bias_activation, gather_rows. */
    public static Grid rows(int rows, int columns) {
        long elements = (long) rows * Math.min(columns, ROW_BLOCK);
        return Grid.of(ceilDivide(columns, ROW_BLOCK), Math.min(ceilDivide(elements, ROW_BLOCK), GRID_YZ_LIMIT), 1);
    }

    /** node_mask, node_forward. */
    public static Grid nodes(int samples, int outputs) {
        return Grid.of(
                ceilDivide(outputs, WARP_MASK_OUTPUTS),
                Math.min(ceilDivide(samples, MASK_BLOCK_WARPS), GRID_YZ_LIMIT),
                1);
    }

    /** mask_export; weight_mask with one sample. */
    public static Grid masks(int samples, int inputs, int outputs) {
        return Grid.of(
                ceilDivide(outputs, WARP_MASK_OUTPUTS),
                Math.min(ceilDivide(ceilDivide(inputs, 4), MASK_BLOCK_WARPS), GRID_YZ_LIMIT),
                Math.min(samples, GRID_YZ_LIMIT));
    }

    /** softmax_cross_entropy, mean_squared_error. */
    public Grid losses(int samples) {
        return Grid.of(Math.min(ceilDivide(samples, LOSS_BLOCK_WARPS), busy(ELEMENT_BLOCKS_PER_MULTIPROCESSOR)), 1, 1);
    }

    /** column_sums; y is the number of rows that are written. */
    public Grid columnSums(int rows, int columns) {
        long blocks = ceilDivide(columns, COLUMN_SUMS_COLUMNS);
        long useful = Math.max(1, rows / COLUMN_SUMS_MIN_ROWS);
        return Grid.of(blocks, Math.min(Math.min(partsFor(blocks), useful), COLUMN_SUMS_MAX_PARTS), 1);
    }

    /** node_backward; y is the number of rows of partial sums for the bias, which column_sums adds up. */
    public Grid nodeBackward(int samples, int outputs) {
        long blocks = ceilDivide(outputs, WARP_MASK_OUTPUTS);
        long useful = ceilDivide(samples, MASK_BLOCK_WARPS);
        return Grid.of(blocks, Math.min(Math.min(partsFor(blocks), useful), COLUMN_SUMS_MAX_PARTS), 1);
    }

    private long partsFor(long blocks) {
        return ceilDivide(busy(COLUMN_SUMS_BLOCKS_PER_MULTIPROCESSOR), blocks);
    }

    private long busy(int blocksPerMultiprocessor) {
        return (long) multiprocessors * blocksPerMultiprocessor;
    }

    private static long ceilDivide(long value, long divisor) {
        return (value - 1) / divisor + 1;
    }
}

package org.pernodedrop.kernels.cpu;

import java.util.Arrays;
import org.pernodedrop.kernels.HostMatrix;

/** Sums over the rows of a matrix, each in ascending order of the rows. One call at a time. */
public final class ColumnSums {
    private static final int COLUMNS = 256;

    private final WorkerPool pool;
    /** Per worker: sums of a block of columns, then one row of it. */
    private final float[][] scratch;

    public ColumnSums(WorkerPool pool) {
        this.pool = pool;
        this.scratch = new float[pool.threads()][2 * COLUMNS];
    }

    /** {@code sums[u] = sum_b from[b, u]}: {@code from} has some rows and columns, {@code sums} is one row. */
    public void run(int rows, int columns, HostMatrix from, HostMatrix sums) {
        int blocks = (columns - 1) / COLUMNS + 1;
        Chunks.run(pool, blocks, (long) rows * Math.min(columns, COLUMNS), (index, first, end, worker) -> {
            for (int block = first; block < end; block++) {
                int column = block * COLUMNS;
                int width = Math.min(COLUMNS, columns - column);
                sum(rows, column, width, from, scratch[worker]);
                sums.put(0, column, width, scratch[worker], 0);
            }
        });
    }

    private static void sum(int rows, int column, int width, HostMatrix from, float[] sums) {
        Arrays.fill(sums, 0, width, 0f);
        for (int b = 0; b < rows; b++) {
            if (from.array() != null) {
                add(sums, from.array(), from.arrayOffset() + b * from.leadingDimension() + column, width);
            } else {
                from.get(b, column, width, sums, COLUMNS);
                add(sums, sums, COLUMNS, width);
            }
        }
    }

    private static void add(float[] sums, float[] values, int at, int length) {
        for (int k = 0; k < length; k++) {
            sums[k] += values[at + k];
        }
    }
}

package org.pernodedrop.backend.cpu;

/** Batches picked out of a data set. */
final class Gathers {
    private final WorkerPool pool;

    Gathers(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code to[r, :] = from[rows[r], :]}. */
    void rows(int count, int width, CpuFloats from, CpuInts rows, CpuFloats to) {
        checkRows(count, rows, from.length() / width);
        Stretches.run(pool, count, width, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                int row = rows.array[rows.offset + r];
                System.arraycopy(from.array, from.offset + row * width, to.array, to.offset + r * width, width);
            }
        });
    }

    /** {@code to[r] = from[rows[r]]}. */
    void labels(int count, CpuInts from, CpuInts rows, CpuInts to) {
        checkRows(count, rows, from.length());
        Stretches.run(pool, count, 1, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                to.array[to.offset + r] = from.array[from.offset + rows.array[rows.offset + r]];
            }
        });
    }

    private static void checkRows(int count, CpuInts rows, long available) {
        for (int r = 0; r < count; r++) {
            int row = rows.array[rows.offset + r];
            if (row < 0 || row >= available) {
                throw new IllegalArgumentException("rows must be in [0, number of rows): rows[" + r + "]=" + row
                        + ", number of rows=" + available);
            }
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.GatherKernels;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** Batches picked out of a data set. */
final class Gathers implements GatherKernels {
    private final WorkerPool pool;

    Gathers(WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void rows(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        CpuFloats source = CpuFloats.of(from);
        CpuInts numbers = CpuInts.of(rows);
        CpuFloats target = CpuFloats.of(to);
        checkRows(count, numbers, from.length() / width);
        Chunks.run(pool, count, width, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                int row = numbers.array[numbers.offset + r];
                System.arraycopy(
                        source.array, source.offset + row * width, target.array, target.offset + r * width, width);
            }
        });
    }

    @Override
    public void labels(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        CpuInts source = CpuInts.of(from);
        CpuInts numbers = CpuInts.of(rows);
        CpuInts target = CpuInts.of(to);
        checkRows(count, numbers, from.length());
        Chunks.run(pool, count, 1, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                target.array[target.offset + r] = source.array[source.offset + numbers.array[numbers.offset + r]];
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

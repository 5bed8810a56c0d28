package org.pernodedrop.backend.cuda;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.kernels.DeviceMatrix;

/** The operands of a call without gaps between their rows: where they lie if they are so, else copied to the workspace. */
final class PlacedOperands {
    private static final int ALIGNMENT = 16;

    private final CommandQueue queue;
    private final DevicePool pool;
    private final List<Runnable> back = new ArrayList<>();
    private long end;

    /** @param workspace address, a multiple of 16 */
    PlacedOperands(CommandQueue queue, DevicePool pool, long workspace) {
        this.queue = queue;
        this.pool = pool;
        end = workspace;
    }

    /** Bytes of workspace that a matrix takes; 0 for null and for one without gaps. */
    static long bytes(DeviceMatrix matrix, int rows, int columns) {
        return matrix == null || matrix.isGapless(rows, columns) ? 0 : copyBytes(rows, columns);
    }

    static long copyBytes(int rows, int columns) {
        long bytes = Float.BYTES * (long) rows * columns;
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    CudaFloats input(DeviceMatrix matrix, int rows, int columns) {
        CudaFloats placed = place(matrix, rows, columns);
        if (bytes(matrix, rows, columns) > 0) {
            long row = Float.BYTES * (long) columns;
            queue.copyRows(DriverMemory.pointer(matrix.address()), pitch(matrix), placed.pointer, row, row, rows);
        }
        return placed;
    }

    CudaFloats output(DeviceMatrix matrix, int rows, int columns) {
        CudaFloats placed = place(matrix, rows, columns);
        if (bytes(matrix, rows, columns) > 0) {
            long row = Float.BYTES * (long) columns;
            back.add(() -> queue.copyRows(
                    placed.pointer, row, DriverMemory.pointer(matrix.address()), pitch(matrix), row, rows));
        }
        return placed;
    }

    private CudaFloats place(DeviceMatrix matrix, int rows, int columns) {
        if (matrix == null) {
            return null;
        }
        long taken = bytes(matrix, rows, columns);
        long address = taken == 0 ? matrix.address() : end;
        end += taken;
        return new CudaFloats(new DeviceBlock(pool, address, Float.BYTES * (long) rows * columns, 0));
    }

    private static long pitch(DeviceMatrix matrix) {
        return Float.BYTES * (long) matrix.leadingDimension();
    }

    /** Where the rest of the workspace begins. */
    long end() {
        return end;
    }

    /** Copies results to where they belong. */
    void copyBack() {
        back.forEach(Runnable::run);
    }
}

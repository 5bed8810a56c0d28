package org.pernodedrop.kernels.cuda;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.driver.CallerContext;
import org.pernodedrop.driver.DriverMemory;
import org.pernodedrop.kernels.Arguments;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMatrix;

/**
 * The memory of one call on a caller's GPU: all of it must exist, and no output may overlap anything else. Matrices whose rows
 * have gaps are copied to the workspace and back, since kernels take rows without gaps.
 */
final class PointerCall {
    private static final int ALIGNMENT = 16;

    private final long workspace;
    private final List<Range> ranges = new ArrayList<>();
    private final List<Copy> in = new ArrayList<>();
    private final List<Copy> out = new ArrayList<>();
    private long copyBytes;
    private long scratchBytes;

    private record Range(String name, long address, long bytes) {}

    /** A matrix with gaps between its rows, and where it lies without. */
    private record Copy(DeviceMatrix matrix, long address, int rows, int columns) {
        void in(LaunchQueue queue) {
            queue.copyRows(
                    DriverMemory.pointer(matrix.address()),
                    pitch(),
                    DriverMemory.pointer(address),
                    rowBytes(),
                    rowBytes(),
                    rows);
        }

        void out(LaunchQueue queue) {
            queue.copyRows(
                    DriverMemory.pointer(address),
                    rowBytes(),
                    DriverMemory.pointer(matrix.address()),
                    pitch(),
                    rowBytes(),
                    rows);
        }

        private long rowBytes() {
            return Float.BYTES * (long) columns;
        }

        private long pitch() {
            return Float.BYTES * (long) matrix.leadingDimension();
        }
    }

    /** @param workspace address, a multiple of 16; 0 for none */
    PointerCall(long workspace) {
        this.workspace = workspace;
    }

    /** Bytes of workspace that a matrix takes if its rows have gaps. */
    static long copyBytes(int rows, int columns) {
        long bytes = Float.BYTES * (long) rows * columns;
        return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    /** Where kernels read the matrix. */
    DeviceAddress input(String name, DeviceMatrix matrix, int rows, int columns) {
        DeviceAddress placed = place(in, name, matrix, rows, columns);
        input(name, matrix.address(), matrix.bytes(rows, columns));
        return placed;
    }

    void input(String name, long address, long bytes) {
        ranges.add(new Range(name, address, bytes));
    }

    /** Where kernels write the matrix; outputs come after all inputs. */
    DeviceAddress output(String name, DeviceMatrix matrix, int rows, int columns) {
        DeviceAddress placed = place(out, name, matrix, rows, columns);
        output(name, matrix.address(), matrix.bytes(rows, columns));
        return placed;
    }

    void output(String name, long address, long bytes) {
        for (Range other : ranges) {
            if (address < other.address() + other.bytes() && other.address() < address + bytes) {
                throw new IllegalArgumentException(
                        other.name() + " and " + name + " must not overlap; use separate memory: " + other.name()
                                + "=0x" + Long.toHexString(other.address()) + ", " + name + "=0x"
                                + Long.toHexString(address));
            }
        }
        ranges.add(new Range(name, address, bytes));
    }

    private DeviceAddress place(List<Copy> copies, String name, DeviceMatrix matrix, int rows, int columns) {
        Arguments.notNull(name, matrix);
        if (rows > 1) {
            Arguments.separateRows(name, matrix.leadingDimension(), columns);
        }
        if (matrix.isGapless(rows, columns)) {
            return matrix;
        }
        long address = workspace + copyBytes;
        copyBytes += copyBytes(rows, columns);
        copies.add(new Copy(matrix, address, rows, columns));
        return () -> address;
    }

    /** Refuses memory that does not exist, and a workspace that is too small for the copies and {@code scratch} bytes more. */
    void require(CallerContext context, long scratch) {
        scratchBytes = scratch;
        long needed = copyBytes + scratch;
        if (needed > 0) {
            if (workspace == 0) {
                throw new IllegalArgumentException(
                        "workspace must not be 0; give the address of workspaceBytes() bytes,"
                                + " or stridedWorkspaceBytes() where rows have gaps, by DeviceLaunch.withWorkspace: needed="
                                + needed + " bytes");
            }
            output("workspace", workspace, needed);
        }
        ranges.forEach(range -> context.requireMemory(range.name(), range.address(), range.bytes()));
    }

    void copyIn(LaunchQueue queue) {
        in.forEach(copy -> copy.in(queue));
    }

    void copyOut(LaunchQueue queue) {
        out.forEach(copy -> copy.out(queue));
    }

    /** The address of so many bytes of the workspace behind the copies. */
    long scratch(long bytes) {
        if (bytes > scratchBytes) {
            throw new IllegalStateException("a kernel needs more workspace than was planned: needed=" + bytes
                    + " bytes, planned=" + scratchBytes);
        }
        return workspace + copyBytes;
    }
}

package org.pernodedrop.kernels;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.cuda.PointerConnections;

/** The memory of one call on a GPU: all of it must be there, and no output may lie over anything else. */
final class PointerOperands {
    private final List<Range> ranges = new ArrayList<>();
    private long copyBytes;

    private record Range(String name, long address, long bytes) {}

    void input(String name, DeviceMatrix matrix, int rows, int columns) {
        input(name, add(name, matrix, rows, columns).address(), matrix.bytes(rows, columns));
    }

    void input(String name, long address, long bytes) {
        ranges.add(new Range(name, address, bytes));
    }

    /** Outputs come after all inputs. */
    void output(String name, DeviceMatrix matrix, int rows, int columns) {
        output(name, add(name, matrix, rows, columns).address(), matrix.bytes(rows, columns));
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

    private DeviceMatrix add(String name, DeviceMatrix matrix, int rows, int columns) {
        if (Arguments.notNull(name, matrix).leadingDimension() < columns && rows > 1) {
            throw new IllegalArgumentException(
                    name + " has rows that overlap; its leadingDimension must be at least its" + " columns: " + name
                            + ".leadingDimension=" + matrix.leadingDimension() + ", columns=" + columns);
        }
        copyBytes += PointerConnections.copyBytes(matrix, rows, columns);
        return matrix;
    }

    /** Refuses what is not there. */
    void check(PointerConnections connections, long workspace, long scratchBytes) {
        long needed = copyBytes + scratchBytes;
        if (needed > 0) {
            if (workspace == 0) {
                throw new IllegalArgumentException(
                        "workspace must not be 0; give the address of workspaceBytes() bytes,"
                                + " or stridedWorkspaceBytes() where rows have gaps, by DeviceLaunch.withWorkspace: needed="
                                + needed + " bytes");
            }
            output("workspace", workspace, needed);
        }
        ranges.forEach(range -> connections.requireMemory(range.name(), range.address(), range.bytes()));
    }
}

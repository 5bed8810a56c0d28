package org.pernodedrop.kernels;

import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * A row-major matrix of floats in the host's memory, in a Java array or in a buffer, such as one over another library's
 * native memory: element (r, c) lies {@code r leadingDimension + c} floats from the first. A view that copies and owns
 * nothing: the memory must stay valid while the matrix is in use.
 */
public final class HostMatrix {
    private final float[] array;
    private final FloatBuffer buffer;
    private final int offset;
    private final int leadingDimension;
    private final long available;

    private HostMatrix(float[] array, FloatBuffer buffer, int offset, int leadingDimension, long available) {
        Arguments.atLeastOne("leadingDimension", leadingDimension);
        this.array = array;
        this.buffer = buffer;
        this.offset = offset;
        this.leadingDimension = leadingDimension;
        this.available = available;
    }

    /**
     * A matrix whose element (0, 0) is {@code array[offset]}.
     *
     * @param offset in [0, array.length]
     * @param leadingDimension floats from a row to the next, at least 1
     * @throws IllegalArgumentException if array is null or a number is out of its range
     */
    public static HostMatrix of(float[] array, int offset, int leadingDimension) {
        Arguments.notNull("array", array);
        Arguments.window("array", array.length, offset, 0);
        return new HostMatrix(array, null, offset, leadingDimension, array.length - (long) offset);
    }

    /** A matrix whose rows of {@code columns} floats follow one another from {@code array[0]}. */
    public static HostMatrix of(float[] array, int columns) {
        return of(array, 0, columns);
    }

    /**
     * A matrix whose element (0, 0) lies at the buffer's position, and which ends at the buffer's limit. Later changes of
     * the buffer's position and limit have no effect.
     *
     * @param buffer direct, or over an array; in the machine's byte order
     * @param leadingDimension floats from a row to the next, at least 1
     * @throws IllegalArgumentException if buffer is null or in the other byte order, or leadingDimension below 1
     */
    public static HostMatrix of(FloatBuffer buffer, int leadingDimension) {
        Arguments.notNull("buffer", buffer);
        if (buffer.hasArray()) {
            int first = buffer.arrayOffset() + buffer.position();
            return new HostMatrix(buffer.array(), null, first, leadingDimension, buffer.remaining());
        }
        if (buffer.order() != ByteOrder.nativeOrder()) {
            throw new IllegalArgumentException(
                    "buffer must be in the machine's byte order; make it by ByteBuffer.order(ByteOrder.nativeOrder())"
                            + ".asFloatBuffer(): buffer.order=" + buffer.order());
        }
        // A separate view: its limit checks every access, independently of the caller's buffer.
        return new HostMatrix(null, buffer.slice(), 0, leadingDimension, buffer.remaining());
    }

    /** Floats from a row to the next. */
    public int leadingDimension() {
        return leadingDimension;
    }

    /** The Java array that this lies in, or null if it lies in a direct or a read-only buffer. */
    public float[] array() {
        return array;
    }

    /** Where element (0, 0) lies in {@link #array}. */
    public int arrayOffset() {
        return offset;
    }

    /** Whether elements may be written. */
    public boolean isWritable() {
        return array != null || !buffer.isReadOnly();
    }

    /** Copies {@code count} elements of a row, from a column on, to {@code to[at ...]}; arguments are trusted. */
    public void get(int row, int column, int count, float[] to, int at) {
        int from = offset + row * leadingDimension + column;
        if (array != null) {
            System.arraycopy(array, from, to, at, count);
        } else {
            buffer.get(from, to, at, count);
        }
    }

    /** Copies {@code from[at ...]} to {@code count} elements of a row, from a column on; arguments are trusted. */
    public void put(int row, int column, int count, float[] from, int at) {
        int to = offset + row * leadingDimension + column;
        if (array != null) {
            System.arraycopy(from, at, array, to, count);
        } else {
            buffer.put(to, from, at, count);
        }
    }

    /**
     * Refuses a matrix that does not hold so many rows and columns.
     *
     * @param name the argument's, for the message
     * @throws IllegalArgumentException if rows overlap (leadingDimension below columns) or the last one ends outside
     */
    public void requireHolds(String name, int rows, int columns) {
        Arguments.separateRows(name, leadingDimension, columns);
        long needed = (rows - 1L) * leadingDimension + columns;
        if (needed > available) {
            throw new IllegalArgumentException(name + " is too small: " + name + " holds " + available
                    + " floats, needed=" + needed + " for " + rows + " rows of " + columns + " at leadingDimension="
                    + leadingDimension);
        }
    }

    /** Whether the extents of this and the other matrix, from the first element to the last, share memory. */
    public boolean overlaps(int rows, int columns, HostMatrix other, int otherRows, int otherColumns) {
        long first = start();
        long end = first + Float.BYTES * ((rows - 1L) * leadingDimension + columns);
        long otherFirst = other.start();
        long otherEnd = otherFirst + Float.BYTES * ((otherRows - 1L) * other.leadingDimension + otherColumns);
        return memory() == other.memory() && first < otherEnd && otherFirst < end;
    }

    // Java does not expose the addresses of direct buffers: only matrices over the same array are compared.
    private Object memory() {
        return array != null ? array : buffer;
    }

    private long start() {
        return Float.BYTES * (long) offset;
    }
}

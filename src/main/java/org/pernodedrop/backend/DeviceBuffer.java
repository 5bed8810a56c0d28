package org.pernodedrop.backend;

/**
 * Memory on a device, or a window into it. The owner is who allocated it; windows ({@code slice}) share their owner's
 * life, and closing them does nothing.
 */
public interface DeviceBuffer extends AutoCloseable {
    /** Number of elements. */
    long length();

    /** Whether the memory was given back. */
    boolean isClosed();

    /** Gives the memory back; further use is refused. Closing twice does nothing. */
    @Override
    void close();

    /** Refuses windows that do not lie inside a buffer of the given length. */
    static void checkWindow(long offset, long length, long available) {
        if (offset < 0 || length < 0 || offset > available - length) {
            throw new IllegalArgumentException("a slice must lie inside its buffer: offset=" + offset + ", length="
                    + length + ", buffer length=" + available);
        }
    }
}

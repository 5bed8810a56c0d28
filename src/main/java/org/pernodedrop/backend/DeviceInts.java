package org.pernodedrop.backend;

/** 32-bit integers on a device: labels and row numbers; made by {@link Memory#allocateInts}. */
public interface DeviceInts extends DeviceBuffer {
    /**
     * A window into this buffer that shares its memory.
     *
     * @throws IllegalArgumentException if the window does not lie inside this buffer
     */
    DeviceInts slice(long offset, long length);

    /** Whether this and another buffer of the same backend share an element. */
    boolean overlaps(DeviceInts other);
}

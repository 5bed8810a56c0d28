package org.pernodedrop.backend;

/** Floats on a device; made by {@link Memory#allocate}. */
public interface DeviceFloats extends DeviceBuffer {
    /**
     * A window into this buffer that shares its memory.
     *
     * @throws IllegalArgumentException if the window does not lie inside this buffer
     */
    DeviceFloats slice(long offset, long length);

    /** Whether this and another buffer of the same backend share an element. */
    boolean overlaps(DeviceFloats other);

    /** Whether the first elements of this and another buffer are the same: what in-place use needs. */
    boolean startsAt(DeviceFloats other);
}

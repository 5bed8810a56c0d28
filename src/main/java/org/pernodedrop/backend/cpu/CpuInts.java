package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.DeviceInts;

/** Integers in a Java array, from an offset. */
final class CpuInts implements DeviceInts {
    final int[] array;
    final int offset;
    private final int length;
    private final CpuInts owner;
    private final MemoryMeter meter;
    private boolean closed;

    CpuInts(int[] array, MemoryMeter meter) {
        this.array = array;
        this.meter = meter;
        meter.add(Integer.BYTES * (long) array.length);
        this.offset = 0;
        this.length = array.length;
        this.owner = this;
    }

    private CpuInts(CpuInts owner, int offset, int length) {
        this.array = owner.array;
        this.meter = owner.meter;
        this.offset = offset;
        this.length = length;
        this.owner = owner;
    }

    /** The buffer as this device's own. */
    static CpuInts of(DeviceInts buffer) {
        if (buffer instanceof CpuInts own) {
            return own;
        }
        throw new IllegalArgumentException(
                "a buffer of another device was passed to the CPU; upload its contents here: buffer="
                        + buffer.getClass().getSimpleName());
    }

    @Override
    public DeviceInts slice(long from, long size) {
        DeviceBuffer.checkWindow(from, size, length);
        return new CpuInts(owner, offset + (int) from, (int) size);
    }

    @Override
    public boolean overlaps(DeviceInts other) {
        return other instanceof CpuInts that
                && array == that.array
                && offset < that.offset + that.length
                && that.offset < offset + length;
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public boolean isClosed() {
        return owner.closed;
    }

    @Override
    public void close() {
        if (owner == this && !closed) {
            closed = true;
            meter.add(-Integer.BYTES * (long) array.length);
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceBuffer;

/** Elements of 32 bits in a Java array, from an offset: a whole array, whose owner this is, or a window into one. */
abstract class CpuBuffer implements DeviceBuffer {
    final int offset;
    private final int length;
    private final CpuBuffer owner;
    private final MemoryMeter meter;
    private boolean closed;

    CpuBuffer(int length, MemoryMeter meter) {
        this.meter = meter;
        this.offset = 0;
        this.length = length;
        this.owner = this;
        meter.add(bytes());
    }

    CpuBuffer(CpuBuffer whole, long from, long size) {
        DeviceBuffer.checkWindow(from, size, whole.length);
        this.meter = whole.meter;
        this.offset = whole.offset + (int) from;
        this.length = (int) size;
        this.owner = whole.owner;
    }

    private long bytes() {
        return (long) Integer.BYTES * length;
    }

    final boolean sharesElementWith(CpuBuffer that) {
        return owner == that.owner && offset < that.offset + that.length && that.offset < offset + length;
    }

    final boolean startsWith(CpuBuffer that) {
        return owner == that.owner && offset == that.offset;
    }

    @Override
    public final long length() {
        return length;
    }

    @Override
    public final boolean isClosed() {
        return owner.closed;
    }

    @Override
    public final void close() {
        if (owner == this && !closed) {
            closed = true;
            meter.add(-bytes());
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceBuffer;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.HostMatrix;

/** Floats in a Java array, from an offset. */
final class CpuFloats implements DeviceFloats {
    final float[] array;
    final int offset;
    private final int length;
    private final CpuFloats owner;
    private final MemoryMeter meter;
    private boolean closed;

    CpuFloats(float[] array, MemoryMeter meter) {
        this.array = array;
        this.meter = meter;
        meter.add(Float.BYTES * (long) array.length);
        this.offset = 0;
        this.length = array.length;
        this.owner = this;
    }

    private CpuFloats(CpuFloats owner, int offset, int length) {
        this.array = owner.array;
        this.meter = owner.meter;
        this.offset = offset;
        this.length = length;
        this.owner = owner;
    }

    /** The buffer as this device's own; null stays null. */
    static CpuFloats of(DeviceFloats buffer) {
        if (buffer == null || buffer instanceof CpuFloats) {
            return (CpuFloats) buffer;
        }
        throw new IllegalArgumentException(
                "a buffer of another device was passed to the CPU; download it there and upload it here: buffer="
                        + buffer.getClass().getSimpleName());
    }

    /** The buffer as rows of so many floats; null stays null. */
    static HostMatrix matrix(DeviceFloats buffer, int columns) {
        CpuFloats own = of(buffer);
        return own == null ? null : HostMatrix.of(own.array, own.offset, columns);
    }

    @Override
    public DeviceFloats slice(long from, long size) {
        DeviceBuffer.checkWindow(from, size, length);
        return new CpuFloats(owner, offset + (int) from, (int) size);
    }

    @Override
    public boolean overlaps(DeviceFloats other) {
        return other instanceof CpuFloats that
                && array == that.array
                && offset < that.offset + that.length
                && that.offset < offset + length;
    }

    @Override
    public boolean startsAt(DeviceFloats other) {
        return other instanceof CpuFloats that && array == that.array && offset == that.offset;
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
            meter.add(-Float.BYTES * (long) array.length);
        }
    }
}

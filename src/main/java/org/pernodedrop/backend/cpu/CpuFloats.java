package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.kernels.HostMatrix;

/** Floats in a Java array. */
final class CpuFloats extends CpuBuffer implements DeviceFloats {
    final float[] array;

    CpuFloats(float[] array, MemoryMeter meter) {
        super(array.length, meter);
        this.array = array;
    }

    private CpuFloats(CpuFloats whole, long from, long size) {
        super(whole, from, size);
        this.array = whole.array;
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
        return new CpuFloats(this, from, size);
    }

    @Override
    public boolean overlaps(DeviceFloats other) {
        return other instanceof CpuFloats that && sharesElementWith(that);
    }

    @Override
    public boolean startsAt(DeviceFloats other) {
        return other instanceof CpuFloats that && startsWith(that);
    }
}

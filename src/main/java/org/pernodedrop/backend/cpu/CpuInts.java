package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceInts;

/** Integers in a Java array. */
final class CpuInts extends CpuBuffer implements DeviceInts {
    final int[] array;

    CpuInts(int[] array, MemoryMeter meter) {
        super(array.length, meter);
        this.array = array;
    }

    private CpuInts(CpuInts whole, long from, long size) {
        super(whole, from, size);
        this.array = whole.array;
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
        return new CpuInts(this, from, size);
    }

    @Override
    public boolean overlaps(DeviceInts other) {
        return other instanceof CpuInts that && sharesElementWith(that);
    }
}

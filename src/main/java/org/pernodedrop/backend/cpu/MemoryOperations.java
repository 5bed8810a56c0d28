package org.pernodedrop.backend.cpu;

import java.util.function.IntFunction;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.MemoryKernels;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Buffers in Java's heap, which is this device's memory. */
final class MemoryOperations implements MemoryKernels {
    private final CpuGate gate;
    private final MemoryMeter meter;

    MemoryOperations(CpuGate gate, MemoryMeter meter) {
        this.gate = gate;
        this.meter = meter;
    }

    @Override
    public DeviceFloats allocate(long length) {
        gate.requireOutsideRecordings("allocate");
        return new CpuFloats(allocated(length, float[]::new), meter);
    }

    @Override
    public DeviceInts allocateInts(long length) {
        gate.requireOutsideRecordings("allocateInts");
        return new CpuInts(allocated(length, int[]::new), meter);
    }

    @Override
    public StepState newStepState(long seed) {
        gate.requireOutsideRecordings("newStepState");
        return new CpuStepState(seed, gate);
    }

    @Override
    public LossAccumulator newLossAccumulator() {
        gate.requireOutsideRecordings("newLossAccumulator");
        return new CpuLossAccumulator(gate);
    }

    @Override
    public BatchFeed newBatchFeed(int features, int labels) {
        gate.requireOutsideRecordings("newBatchFeed");
        return new CpuBatchFeed(features, labels, gate);
    }

    @Override
    public DeviceTimer newTimer() {
        gate.requireOutsideRecordings("newTimer");
        return new CpuTimer(gate);
    }

    @Override
    public void upload(float[] from, int offset, DeviceFloats to) {
        gate.requireOutsideRecordings("upload");
        CpuFloats own = CpuFloats.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    public void upload(int[] from, int offset, DeviceInts to) {
        gate.requireOutsideRecordings("upload");
        CpuInts own = CpuInts.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    public void download(DeviceFloats from, float[] to, int offset) {
        gate.requireOutsideRecordings("download");
        CpuFloats own = CpuFloats.of(from);
        System.arraycopy(own.array, own.offset, to, offset, (int) own.length());
    }

    private static <T> T allocated(long length, IntFunction<T> array) {
        int size = arrayLength(length);
        try {
            return array.apply(size);
        } catch (OutOfMemoryError e) {
            Runtime runtime = Runtime.getRuntime();
            long free = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
            throw new OutOfDeviceMemoryException(
                    "Java's heap has no room for this buffer; give Java more by -Xmx, or use a smaller --batch-size"
                            + " or smaller layers (--network): bytes=" + Float.BYTES * length + ", free=" + free
                            + ", heap=" + runtime.maxMemory(),
                    e);
        }
    }

    private static int arrayLength(long length) {
        // Some virtual machines keep a few words of the largest arrays for themselves.
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "length must be below 2^31 - 8 on the CPU; use smaller layers or batches:" + " length=" + length);
        }
        return (int) length;
    }
}

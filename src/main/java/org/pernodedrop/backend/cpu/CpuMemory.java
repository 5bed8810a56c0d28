package org.pernodedrop.backend.cpu;

import java.util.function.IntFunction;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Buffers in Java's heap, which is this device's memory. */
final class CpuMemory extends Memory {
    private final CpuGate gate;
    private final MemoryMeter meter;

    CpuMemory(KernelRunner runner, CpuGate gate, MemoryMeter meter) {
        super(runner);
        this.gate = gate;
        this.meter = meter;
    }

    @Override
    protected Use useKernel() {
        return meter.read();
    }

    @Override
    protected DeviceFloats allocateKernel(long length) {
        gate.requireOutsideCaptures("allocate");
        return new CpuFloats(allocated(length, float[]::new), meter);
    }

    @Override
    protected DeviceInts allocateIntsKernel(long length) {
        gate.requireOutsideCaptures("allocateInts");
        return new CpuInts(allocated(length, int[]::new), meter);
    }

    @Override
    protected StepState newStepStateKernel(long seed) {
        gate.requireOutsideCaptures("newStepState");
        return new CpuStepState(seed, gate);
    }

    @Override
    protected LossAccumulator newLossAccumulatorKernel() {
        gate.requireOutsideCaptures("newLossAccumulator");
        return new CpuLossAccumulator(gate);
    }

    @Override
    protected BatchFeed newBatchFeedKernel(int features, int labels) {
        gate.requireOutsideCaptures("newBatchFeed");
        return new CpuBatchFeed(features, labels, gate);
    }

    @Override
    protected DeviceTimer newTimerKernel() {
        gate.requireOutsideCaptures("newTimer");
        return new CpuTimer(gate);
    }

    @Override
    protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
        gate.requireOutsideCaptures("upload");
        CpuFloats own = CpuFloats.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    protected void uploadKernel(int[] from, int offset, DeviceInts to) {
        gate.requireOutsideCaptures("upload");
        CpuInts own = CpuInts.of(to);
        System.arraycopy(from, offset, own.array, own.offset, (int) own.length());
    }

    @Override
    protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
        gate.requireOutsideCaptures("download");
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
                    "Java's heap has no room for this buffer; give Java more by -Xmx, or use a smaller batch or"
                            + " smaller layers: bytes=" + Float.BYTES * length + ", free=" + free
                            + ", heap=" + runtime.maxMemory(),
                    e);
        }
    }

    private static int arrayLength(long length) {
        // Some virtual machines keep a few words of the largest arrays for themselves.
        if (length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "length must be below 2^31 - 8 on the CPU; use smaller layers or a smaller batch: length="
                            + length);
        }
        return (int) length;
    }
}

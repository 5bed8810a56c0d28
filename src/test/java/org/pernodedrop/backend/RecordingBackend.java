package org.pernodedrop.backend;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Another backend's kernels, but for its memory: remembers what was allocated, and can run out of it. */
public class RecordingBackend extends Backend {
    public final List<DeviceBuffer> buffers = new ArrayList<>();
    public final List<StepState> states = new ArrayList<>();
    private final Backend device;
    private final MemoryKernels watched = new WatchedMemory();
    private int recordings;
    private int feeds;
    private long free = -1;
    private int allocationsLeft = Integer.MAX_VALUE;

    /** Passes on to a device, which is closed with this. */
    public RecordingBackend(Backend device) {
        this.device = device;
    }

    /** How many recordings were made. */
    public int recordings() {
        return recordings;
    }

    /** How many feeds were made. */
    public int feeds() {
        return feeds;
    }

    /** Tells from now on that so many bytes of the device are free, whatever is. */
    public void pretendFree(long bytes) {
        free = bytes;
    }

    /** After this many more allocations there is no memory. */
    public void limitAllocations(int allocations) {
        allocationsLeft = allocations;
    }

    /** Sees what was downloaded, before the caller does. */
    protected void downloaded(float[] to, int offset, int length) {}

    @Override
    protected DeviceKernels kernels() {
        // Anew, as a device has others while it records.
        DeviceKernels passedOn = device.kernels();
        return new DeviceKernels(
                watched,
                passedOn.vectors(),
                passedOn.randomFills(),
                passedOn.matrices(),
                passedOn.connectionPasses(),
                passedOn.masks(),
                passedOn.windows(),
                passedOn.normalizations(),
                passedOn.losses(),
                passedOn.optimizers(),
                passedOn.gathers());
    }

    @Override
    protected Recording recordKernel(Runnable operations) {
        recordings++;
        return device.record(operations);
    }

    @Override
    public MemoryUse memory() {
        MemoryUse use = device.memory();
        return free < 0 ? use : new MemoryUse(use.used(), use.peak(), use.used(), free, use.total());
    }

    @Override
    public String describe() {
        return device.describe();
    }

    @Override
    public String device() {
        return device.device();
    }

    @Override
    public void synchronize() {
        device.synchronize();
    }

    @Override
    public void close() {
        device.close();
    }

    private final class WatchedMemory implements MemoryKernels {
        @Override
        public DeviceFloats allocate(long length) {
            takeOne();
            return remember(device.allocate(length));
        }

        @Override
        public DeviceInts allocateInts(long length) {
            takeOne();
            return remember(device.allocateInts(length));
        }

        private void takeOne() {
            if (allocationsLeft-- <= 0) {
                throw new OutOfDeviceMemoryException("nothing is left", null);
            }
        }

        private <T extends DeviceBuffer> T remember(T buffer) {
            buffers.add(buffer);
            return buffer;
        }

        @Override
        public StepState newStepState(long seed) {
            StepState state = device.newStepState(seed);
            states.add(state);
            return state;
        }

        @Override
        public LossAccumulator newLossAccumulator() {
            return device.newLossAccumulator();
        }

        @Override
        public BatchFeed newBatchFeed(int features, int labels) {
            feeds++;
            return device.newBatchFeed(features, labels);
        }

        @Override
        public DeviceTimer newTimer() {
            return device.newTimer();
        }

        @Override
        public void upload(float[] from, int offset, DeviceFloats to) {
            device.upload(from, offset, to);
        }

        @Override
        public void upload(int[] from, int offset, DeviceInts to) {
            device.upload(from, offset, to);
        }

        @Override
        public void download(DeviceFloats from, float[] to, int offset) {
            device.download(from, to, offset);
            downloaded(to, offset, (int) from.length());
        }
    }
}

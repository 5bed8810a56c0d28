package org.pernodedrop.backend;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Another backend's operations, but for its memory: remembers what was allocated, and can run out of it. */
public class WatchedBackend extends Backend {
    public final List<DeviceBuffer> buffers = new ArrayList<>();
    public final List<StepState> states = new ArrayList<>();
    private final Backend device;
    private final Themes themes;
    private int graphs;
    private int feeds;
    private long free = -1;
    private int allocationsLeft = Integer.MAX_VALUE;

    /** Passes on to a device, which is closed with this. */
    public WatchedBackend(Backend device) {
        this.device = device;
        themes = new Themes(
                new WatchedMemory(),
                device.vectors(),
                device.matrices(),
                device.maskedProducts(),
                device.masks(),
                device.windows(),
                device.normalizations(),
                device.losses(),
                device.optimizers(),
                device.randomFills());
    }

    /** How many graphs were captured. */
    public int graphs() {
        return graphs;
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
    protected Themes themes() {
        return themes;
    }

    @Override
    protected CapturedGraph captureKernel(Runnable operations) {
        graphs++;
        return device.capture(operations);
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

    private final class WatchedMemory extends Memory {
        WatchedMemory() {
            super(runner());
        }

        @Override
        protected Use useKernel() {
            Use use = device.memory().use();
            return free < 0 ? use : new Use(use.used(), use.peak(), use.used(), free, use.total());
        }

        @Override
        protected DeviceFloats allocateKernel(long length) {
            takeOne();
            return remember(device.memory().allocate(length));
        }

        @Override
        protected DeviceInts allocateIntsKernel(long length) {
            takeOne();
            return remember(device.memory().allocateInts(length));
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
        protected StepState newStepStateKernel(long seed) {
            StepState state = device.memory().newStepState(seed);
            states.add(state);
            return state;
        }

        @Override
        protected LossAccumulator newLossAccumulatorKernel() {
            return device.memory().newLossAccumulator();
        }

        @Override
        protected BatchFeed newBatchFeedKernel(int features, int labels) {
            feeds++;
            return device.memory().newBatchFeed(features, labels);
        }

        @Override
        protected DeviceTimer newTimerKernel() {
            return device.memory().newTimer();
        }

        @Override
        protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
            device.memory().upload(from, offset, to);
        }

        @Override
        protected void uploadKernel(int[] from, int offset, DeviceInts to) {
            device.memory().upload(from, offset, to);
        }

        @Override
        protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
            device.memory().download(from, to, offset);
            downloaded(to, offset, (int) from.length());
        }
    }
}

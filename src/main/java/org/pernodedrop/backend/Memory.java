package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;
import static org.pernodedrop.kernels.Arguments.window;

import java.nio.FloatBuffer;
import java.nio.IntBuffer;

/** Room on a device and transfers to and from it; none of it can be part of a {@link CapturedGraph}. */
public abstract class Memory extends BackendTheme {
    /**
     * A device's memory, in bytes.
     *
     * @param used by this backend's open buffers and workspaces
     * @param peak largest {@code used} so far
     * @param reserved {@code used} and what the backend keeps for reuse
     * @param free what the device could still give to anybody
     * @param total what the device has
     */
    public record Use(long used, long peak, long reserved, long free, long total) {}

    protected Memory(KernelRunner runner) {
        super(runner);
    }

    /** What the device's memory holds now. */
    public final Use use() {
        return runner.getAlways(this::useKernel);
    }

    /** Computes {@link #use}. */
    protected abstract Use useKernel();

    /** Zeroed floats, owned by the caller. */
    public final DeviceFloats allocate(long length) {
        return runner.getAlways(() -> allocateKernel(atLeastOne("length", length)));
    }

    /** Computes {@link #allocate}. */
    protected abstract DeviceFloats allocateKernel(long length);

    /** Zeroed integers, owned by the caller. */
    public final DeviceInts allocateInts(long length) {
        return runner.getAlways(() -> allocateIntsKernel(atLeastOne("length", length)));
    }

    /** Computes {@link #allocateInts}. */
    protected abstract DeviceInts allocateIntsKernel(long length);

    /** A step state at step 0 and learning rate 0, owned by the caller. */
    public final StepState newStepState(long seed) {
        return runner.getAlways(() -> newStepStateKernel(seed));
    }

    /** Computes {@link #newStepState}. */
    protected abstract StepState newStepStateKernel(long seed);

    /** An empty accumulator, owned by the caller. */
    public final LossAccumulator newLossAccumulator() {
        return runner.getAlways(() -> newLossAccumulatorKernel());
    }

    /** Computes {@link #newLossAccumulator}. */
    protected abstract LossAccumulator newLossAccumulatorKernel();

    /**
     * A feed for batches of up to so many features and labels, owned by the caller.
     *
     * @param features floats of a slot, at least 1
     * @param labels integers of a slot, at least 1
     */
    public final BatchFeed newBatchFeed(int features, int labels) {
        atLeastOne("features", features);
        atLeastOne("labels", labels);
        return runner.getAlways(() -> new OwnedFeed(runner.owner(), newBatchFeedKernel(features, labels)));
    }

    /** Computes {@link #newBatchFeed}. */
    protected abstract BatchFeed newBatchFeedKernel(int features, int labels);

    /** A timer on the device's clock, owned by the caller. */
    public final DeviceTimer newTimer() {
        return runner.getAlways(() -> new OwnedTimer(runner.owner(), newTimerKernel()));
    }

    /** Computes {@link #newTimer}. */
    protected abstract DeviceTimer newTimerKernel();

    /** Copies host to device: all of {@code to}. */
    public final void upload(float[] from, int offset, DeviceFloats to) {
        holds("to", to, 1);
        window("from", notNull("from", from).length, offset, to.length());
        runner.runAlways(() -> uploadKernel(from, offset, to));
    }

    /** Computes {@link #upload}. */
    protected abstract void uploadKernel(float[] from, int offset, DeviceFloats to);

    /** Copies host to device: all of {@code to}. */
    public final void upload(int[] from, int offset, DeviceInts to) {
        holds("to", to, 1);
        window("from", notNull("from", from).length, offset, to.length());
        runner.runAlways(() -> uploadKernel(from, offset, to));
    }

    /** Computes {@link #upload}. */
    protected abstract void uploadKernel(int[] from, int offset, DeviceInts to);

    /** Copies device to host: all of {@code from}; waits for the device. */
    public final void download(DeviceFloats from, float[] to, int offset) {
        holds("from", from, 1);
        window("to", notNull("to", to).length, offset, from.length());
        runner.runAlways(() -> downloadKernel(from, to, offset));
    }

    /** Computes {@link #download}. */
    protected abstract void downloadKernel(DeviceFloats from, float[] to, int offset);

    /** The contents of a buffer; waits for the device. */
    public final float[] download(DeviceFloats from) {
        holds("from", from, 1);
        if (from.length() > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    "from is longer than a Java array; download slices of it: from.length=" + from.length());
        }
        float[] to = new float[(int) from.length()];
        runner.runAlways(() -> downloadKernel(from, to, 0));
        return to;
    }

    /** A feed whose calls are operations of its backend. */
    private record OwnedFeed(OwnerCheck owner, BatchFeed feed) implements BatchFeed {
        @Override
        public FloatBuffer features() {
            return owner.get(feed::features);
        }

        @Override
        public IntBuffer labels() {
            return owner.get(feed::labels);
        }

        @Override
        public void submit() {
            owner.run(feed::submit);
        }

        @Override
        public void receive(DeviceFloats features, DeviceInts labels) {
            owner.run(() -> feed.receive(features, labels));
        }

        @Override
        public void close() {
            owner.release(feed::close);
        }
    }

    /** A timer whose calls are operations of its backend. */
    private record OwnedTimer(OwnerCheck owner, DeviceTimer timer) implements DeviceTimer {
        @Override
        public void start() {
            owner.run(timer::start);
        }

        @Override
        public void stop() {
            owner.run(timer::stop);
        }

        @Override
        public long elapsedNanos() {
            return owner.get(timer::elapsedNanos);
        }

        @Override
        public void close() {
            owner.release(timer::close);
        }
    }
}

package org.pernodedrop.backend.cuda;

import java.util.function.Function;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.backend.StepState;

/** Buffers from the pool, cleared on the GPU, and arrays to them and back. */
final class CudaMemory extends Memory {
    private final CudaParts parts;
    private final StagingBuffer staging;

    CudaMemory(KernelRunner runner, CudaParts parts, StagingBuffer staging) {
        super(runner);
        this.parts = parts;
        this.staging = staging;
    }

    @Override
    protected Use useKernel() {
        parts.queue.enter();
        return parts.pool.use();
    }

    @Override
    protected DeviceFloats allocateKernel(long length) {
        parts.queue.enterOutsideCaptures("allocate");
        return zeroed(length, CudaFloats::new);
    }

    @Override
    protected DeviceInts allocateIntsKernel(long length) {
        parts.queue.enterOutsideCaptures("allocateInts");
        return zeroed(length, CudaInts::new);
    }

    @Override
    protected StepState newStepStateKernel(long seed) {
        parts.queue.enterOutsideCaptures("newStepState");
        return over(CudaStepState.BYTES, "a step state", block -> new CudaStepState(parts.queue, block, seed));
    }

    @Override
    protected LossAccumulator newLossAccumulatorKernel() {
        parts.queue.enterOutsideCaptures("newLossAccumulator");
        return over(
                CudaLossAccumulator.BYTES,
                "a loss accumulator",
                block -> new CudaLossAccumulator(parts.queue, staging, block));
    }

    @Override
    protected BatchFeed newBatchFeedKernel(int features, int labels) {
        parts.queue.enterOutsideCaptures("newBatchFeed");
        return new CudaBatchFeed(parts.queue, parts.pool, features, labels);
    }

    @Override
    protected DeviceTimer newTimerKernel() {
        parts.queue.enterOutsideCaptures("newTimer");
        return new CudaTimer(parts.queue);
    }

    @Override
    protected void uploadKernel(float[] from, int offset, DeviceFloats to) {
        parts.queue.enterOutsideCaptures("upload");
        staging.upload(from, offset, parts.floats(to));
    }

    @Override
    protected void uploadKernel(int[] from, int offset, DeviceInts to) {
        parts.queue.enterOutsideCaptures("upload");
        staging.upload(from, offset, parts.ints(to));
    }

    @Override
    protected void downloadKernel(DeviceFloats from, float[] to, int offset) {
        parts.queue.enterOutsideCaptures("download");
        staging.download(parts.floats(from), to, offset);
    }

    private <T> T zeroed(long length, Function<DeviceBlock, T> make) {
        long bytes =
                length > Long.MAX_VALUE / CudaBuffer.ELEMENT_BYTES ? Long.MAX_VALUE : length * CudaBuffer.ELEMENT_BYTES;
        return over(bytes, "a buffer of " + length + " elements", block -> {
            parts.queue.fill(block.pointer, 0, length);
            return make.apply(block);
        });
    }

    private <T> T over(long bytes, String purpose, Function<DeviceBlock, T> make) {
        DeviceBlock block = parts.pool.allocate(bytes, purpose);
        try {
            return make.apply(block);
        } catch (RuntimeException | Error failure) {
            block.close();
            throw failure;
        }
    }
}

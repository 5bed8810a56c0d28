package org.pernodedrop.backend.cuda;

import java.util.function.Function;
import org.pernodedrop.backend.BatchFeed;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.MemoryKernels;
import org.pernodedrop.backend.StepState;

/** Buffers from the pool, cleared on the GPU, and arrays to them and back. */
final class MemoryOperations extends Operations implements MemoryKernels {
    private final StagingBuffer staging;
    private final Transfers transfers;

    MemoryOperations(OperationParts parts, StagingBuffer staging) {
        super(parts);
        this.staging = staging;
        transfers = new Transfers(staging);
    }

    @Override
    public DeviceFloats allocate(long length) {
        queue.enterOutsideRecordings("allocate");
        return zeroed(length, CudaFloats::new);
    }

    @Override
    public DeviceInts allocateInts(long length) {
        queue.enterOutsideRecordings("allocateInts");
        return zeroed(length, CudaInts::new);
    }

    @Override
    public StepState newStepState(long seed) {
        queue.enterOutsideRecordings("newStepState");
        return over(CudaStepState.BYTES, "a step state", block -> new CudaStepState(queue, block, seed));
    }

    @Override
    public LossAccumulator newLossAccumulator() {
        queue.enterOutsideRecordings("newLossAccumulator");
        return over(
                CudaLossAccumulator.BYTES,
                "a loss accumulator",
                block -> new CudaLossAccumulator(queue, staging, block));
    }

    @Override
    public BatchFeed newBatchFeed(int features, int labels) {
        queue.enterOutsideRecordings("newBatchFeed");
        return new CudaBatchFeed(queue, pool, features, labels);
    }

    @Override
    public DeviceTimer newTimer() {
        queue.enterOutsideRecordings("newTimer");
        return new CudaTimer(queue);
    }

    @Override
    public void upload(float[] from, int offset, DeviceFloats to) {
        queue.enterOutsideRecordings("upload");
        transfers.upload(from, offset, floats(to));
    }

    @Override
    public void upload(int[] from, int offset, DeviceInts to) {
        queue.enterOutsideRecordings("upload");
        transfers.upload(from, offset, ints(to));
    }

    @Override
    public void download(DeviceFloats from, float[] to, int offset) {
        queue.enterOutsideRecordings("download");
        transfers.download(floats(from), to, offset);
    }

    private <T> T zeroed(long length, Function<DeviceBlock, T> make) {
        long bytes =
                length > Long.MAX_VALUE / CudaBuffer.ELEMENT_BYTES ? Long.MAX_VALUE : length * CudaBuffer.ELEMENT_BYTES;
        return over(bytes, "a buffer of " + length + " elements", block -> {
            queue.fill(block.pointer, 0, length);
            return make.apply(block);
        });
    }

    private <T> T over(long bytes, String purpose, Function<DeviceBlock, T> make) {
        DeviceBlock block = pool.allocate(bytes, purpose);
        try {
            return make.apply(block);
        } catch (RuntimeException | Error failure) {
            block.close();
            throw failure;
        }
    }
}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossTotals;
import org.pernodedrop.driver.DriverMemory;

/** Totals on the GPU, laid out as in {@code cuda/loss_totals.h}. */
final class CudaLossAccumulator implements LossAccumulator {
    static final int BYTES = 32;

    private static final int SAMPLES_AT = 8;
    private static final int CORRECT_AT = 16;
    private static final int FIRST_NON_FINITE_STEP_AT = 24;

    private final CommandQueue queue;
    private final StagingBuffer staging;
    private final DeviceBlock block;

    /** @param block its own from now on */
    CudaLossAccumulator(CommandQueue queue, StagingBuffer staging, DeviceBlock block) {
        this.queue = queue;
        this.staging = staging;
        this.block = block;
        clear();
    }

    /** The accumulator as one of this pool's, open. */
    static CudaLossAccumulator of(LossAccumulator totals, DevicePool pool) {
        if (!(totals instanceof CudaLossAccumulator own) || own.block.pool != pool) {
            throw new IllegalArgumentException(
                    "an accumulator of another device or backend was passed to CUDA; make one here: totals="
                            + totals.getClass().getSimpleName());
        }
        own.requireOpen();
        return own;
    }

    DeviceBlock block() {
        return block;
    }

    long address() {
        return block.address;
    }

    private void clear() {
        queue.fill(block.pointer, 0, FIRST_NON_FINITE_STEP_AT / Integer.BYTES);
        queue.fill(DriverMemory.pointer(block.address + FIRST_NON_FINITE_STEP_AT), -1, 2);
    }

    @Override
    public void reset() {
        requireOpen();
        queue.enterOutsideCaptures("resetting totals");
        clear();
    }

    @Override
    public LossTotals read() {
        requireOpen();
        queue.enterOutsideCaptures("reading totals");
        LossTotals[] read = new LossTotals[1];
        staging.download(
                block.address,
                BYTES,
                (window, first) -> read[0] = new LossTotals(
                        window.getDouble(0),
                        window.getLong(SAMPLES_AT),
                        window.getLong(CORRECT_AT),
                        window.getLong(FIRST_NON_FINITE_STEP_AT)));
        return read[0];
    }

    @Override
    public void close() {
        block.close();
    }

    private void requireOpen() {
        if (block.isClosed()) {
            throw new IllegalStateException("the loss accumulator was closed before its use");
        }
    }
}

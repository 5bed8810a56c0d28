package org.pernodedrop.backend.cuda;

import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.PtxModule;
import org.pernodedrop.mask.DropRate;

/** The bits of Bernoulli masks, stored as the forward pass stores them. */
final class MaskPacking extends Operations {
    private static final int BLOCK = 128;
    private static final int BLOCKS_PER_MULTIPROCESSOR = 16;

    private final Kernel pack;
    private final long mostBlocks;

    MaskPacking(CudaParts parts, int multiprocessors) {
        super(parts);
        pack = parts.kernels.kernel(PtxModule.MASK_PACKING, "mask_pack");
        mostBlocks = (long) BLOCKS_PER_MULTIPROCESSOR * multiprocessors;
    }

    void load() {
        pack.function();
    }

    /** @param packed address, a multiple of 16 bytes */
    void pack(CudaMask mask, int firstSample, ConnectionShape shape, long packed) {
        queue.enter();
        DropRate rate = mask.spec().rate();
        // A thread draws 4 samples of 4 inputs and 32 outputs at a time.
        long tasks = parts(shape.samples(), 4) * parts(shape.inputs(), 4) * parts(shape.outputs(), 32);
        launcher.of(pack)
                .pointer(mask.state().address())
                .int32(mask.layer())
                .int32(firstSample)
                .int32(rate.planes())
                .int32(rate.threshold())
                .int32(shape.samples())
                .int32(shape.inputs())
                .int32(shape.outputs())
                .pointer(packed)
                .launch(Grid.of(Math.min(parts(tasks, BLOCK), mostBlocks), 1, 1));
    }

    private static long parts(long whole, long part) {
        return (whole + part - 1) / part;
    }
}

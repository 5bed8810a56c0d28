package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.LaunchShapes;

/**
 * What implements the kernels of a theme. Each operation first enters the queue, and takes what it was given through the
 * methods here: they refuse what is not this backend's, and tell the recording under way what it depends on.
 */
abstract class Operations {
    final CommandQueue queue;
    final DevicePool pool;
    final PooledScratch scratch;
    final KernelLauncher launcher;
    final LaunchShapes shapes;

    Operations(OperationParts parts) {
        queue = parts.queue();
        pool = parts.pool();
        scratch = parts.scratch();
        launcher = parts.launcher();
        shapes = parts.shapes();
    }

    /** The buffer as one of this backend's; null stays null. */
    final CudaFloats floats(DeviceFloats buffer) {
        return used(CudaFloats.of(buffer, pool));
    }

    /** The buffer as one of this backend's; null stays null. */
    final CudaInts ints(DeviceInts buffer) {
        return used(CudaInts.of(buffer, pool));
    }

    private <T extends CudaBuffer> T used(T buffer) {
        if (buffer != null) {
            queue.use(buffer.block);
        }
        return buffer;
    }

    /** The state as one of this backend's, open. */
    final CudaStepState own(StepState state) {
        CudaStepState own = CudaStepState.of(state, pool);
        queue.use(own.block());
        return own;
    }

    /** The accumulator as one of this backend's, open. */
    final CudaLossAccumulator own(LossAccumulator totals) {
        CudaLossAccumulator own = CudaLossAccumulator.of(totals, pool);
        queue.use(own.block());
        return own;
    }

    /** The mask with a state of this backend, open. */
    final DeviceMask own(LayerMask mask) {
        CudaStepState state = own(mask.state());
        if (!mask.spec().fixed()) {
            queue.useStep(state);
        }
        return new DeviceMask(mask.spec(), mask.layer(), state.address());
    }
}

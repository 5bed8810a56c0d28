package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;

/**
 * What the operations of a CUDA backend share; the backend closes it. Each operation first enters the queue, and takes its
 * operands through the methods here: they refuse what is not this backend's, and tell the capture under way what it depends
 * on.
 */
final class CudaParts {
    final CommandQueue queue;
    final DevicePool pool;
    final PooledScratch scratch;
    final KernelModules kernels;
    final KernelLauncher launcher;
    final LaunchShapes shapes;

    CudaParts(
            CommandQueue queue,
            DevicePool pool,
            PooledScratch scratch,
            KernelModules kernels,
            KernelLauncher launcher,
            LaunchShapes shapes) {
        this.queue = queue;
        this.pool = pool;
        this.scratch = scratch;
        this.kernels = kernels;
        this.launcher = launcher;
        this.shapes = shapes;
    }

    /** Enters the queue and begins a launch. */
    KernelLauncher launch(Kernel kernel) {
        queue.enter();
        return launcher.of(kernel);
    }

    /** The buffers as this backend's; null stays null. */
    CudaFloats[] floats(DeviceFloats... buffers) {
        CudaFloats[] own = new CudaFloats[buffers.length];
        for (int k = 0; k < own.length; k++) {
            own[k] = floats(buffers[k]);
        }
        return own;
    }

    /** The buffer as one of this backend's; null stays null. */
    CudaFloats floats(DeviceFloats buffer) {
        return used(CudaFloats.of(buffer, pool));
    }

    /** The buffer as one of this backend's; null stays null. */
    CudaInts ints(DeviceInts buffer) {
        return used(CudaInts.of(buffer, pool));
    }

    private <T extends CudaBuffer> T used(T buffer) {
        if (buffer != null) {
            queue.use(buffer.block);
        }
        return buffer;
    }

    /** The state as one of this backend's, open. */
    CudaStepState own(StepState state) {
        CudaStepState own = CudaStepState.of(state, pool);
        queue.use(own.block());
        return own;
    }

    /** The accumulator as one of this backend's, open. */
    CudaLossAccumulator own(LossAccumulator totals) {
        CudaLossAccumulator own = CudaLossAccumulator.of(totals, pool);
        queue.use(own.block());
        return own;
    }

    /** The mask with a state of this backend, open. */
    DeviceMask own(LayerMask mask) {
        CudaStepState state = own(mask.state());
        if (!mask.spec().fixed()) {
            queue.useStep(state);
        }
        return new DeviceMask(mask.spec(), mask.layer(), state.address());
    }
}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Optimizers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.PtxModule;

/**
 * Updates of parameters from gradients, with learning rate and step read on the GPU, and the step to the next, there and
 * in the host's copy.
 */
final class CudaOptimizers extends Optimizers {
    private final CudaParts parts;
    private final Kernel sgd;
    private final Kernel adam;
    private final Kernel advance;

    CudaOptimizers(KernelRunner runner, CudaParts parts) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        sgd = kernels.kernel(PtxModule.OPTIMIZER, "sgd");
        adam = kernels.kernel(PtxModule.OPTIMIZER, "adam");
        advance = kernels.kernel(PtxModule.STEP, "advance");
    }

    @Override
    protected void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        parts.queue.enter();
        CudaStepState ownState = parts.own(state);
        parts.queue.useStep(ownState);
        parts.launcher
                .of(sgd)
                .pointer(ownState.address())
                .int64(w.length())
                .float32(momentum)
                .int32(nesterov ? 1 : 0)
                .pointer(parts.floats(w, g, v))
                .launch(parts.shapes.elements(w.length()));
    }

    @Override
    protected void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        parts.queue.enter();
        CudaStepState ownState = parts.own(state);
        parts.queue.useStep(ownState);
        parts.launcher
                .of(adam)
                .pointer(ownState.address())
                .int64(w.length())
                .float32(settings.beta1(), settings.beta2(), settings.epsilon(), settings.weightDecay())
                .pointer(parts.floats(w, g, m, v))
                .launch(parts.shapes.elements(w.length()));
    }

    @Override
    protected void requireStepKernel(StepState state) {
        parts.queue.enter();
        parts.queue.useStep(parts.own(state));
    }

    /** Up to the last step; in a graph each replay checks and counts. */
    @Override
    protected void advanceKernel(StepState state) {
        parts.queue.enter();
        CudaStepState own = parts.own(state);
        parts.queue.useStep(own);
        parts.launcher.of(advance).pointer(own.address()).launch(Grid.ONE);
        if (parts.queue.isCapturing()) {
            parts.queue.recordAdvance(own);
        } else {
            own.advanced(1);
        }
    }
}

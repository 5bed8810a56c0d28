package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.OptimizerKernels;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.PtxModule;

/**
 * Updates of parameters from gradients, with learning rate and step read on the GPU, and the step to the next, there and
 * in the host's copy.
 */
final class Optimizers extends Operations implements OptimizerKernels {
    private final Kernel sgd;
    private final Kernel adam;
    private final Kernel advance;

    Optimizers(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        sgd = kernels.kernel(PtxModule.OPTIMIZER, "sgd");
        adam = kernels.kernel(PtxModule.OPTIMIZER, "adam");
        advance = kernels.kernel(PtxModule.STEP, "advance");
    }

    @Override
    public void sgd(StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        queue.enter();
        CudaStepState ownState = own(state);
        queue.useStep(ownState);
        launcher.of(sgd)
                .pointer(ownState.address())
                .int64(w.length())
                .float32(momentum)
                .int32(nesterov ? 1 : 0)
                .pointer(floats(w))
                .pointer(floats(g))
                .pointer(floats(v))
                .launch(shapes.elements(w.length()));
    }

    @Override
    public void adam(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        queue.enter();
        CudaStepState ownState = own(state);
        queue.useStep(ownState);
        launcher.of(adam)
                .pointer(ownState.address())
                .int64(w.length())
                .float32(settings.beta1())
                .float32(settings.beta2())
                .float32(settings.epsilon())
                .float32(settings.weightDecay())
                .pointer(floats(w))
                .pointer(floats(g))
                .pointer(floats(m))
                .pointer(floats(v))
                .launch(shapes.elements(w.length()));
    }

    @Override
    public void requireStep(StepState state) {
        queue.enter();
        queue.useStep(own(state));
    }

    /** Up to the last step; in a recording each replay checks and counts. */
    @Override
    public void advance(StepState state) {
        queue.enter();
        CudaStepState own = own(state);
        queue.useStep(own);
        launcher.of(advance).pointer(own.address()).launch(Grid.ONE);
        if (queue.isCapturing()) {
            queue.recordAdvance(own);
        } else {
            own.advanced(1);
        }
    }
}

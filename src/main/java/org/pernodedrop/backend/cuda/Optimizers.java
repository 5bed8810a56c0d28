package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.kernel.PtxModule;

/** Updates of parameters from gradients; learning rate and step are read on the GPU. */
final class Optimizers {
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final Kernel sgd;
    private final Kernel adam;

    Optimizers(CudaKernels kernels, KernelLauncher launcher, LaunchShapes shapes) {
        this.launcher = launcher;
        this.shapes = shapes;
        sgd = kernels.kernel(PtxModule.OPTIMIZER, "sgd");
        adam = kernels.kernel(PtxModule.OPTIMIZER, "adam");
    }

    /** {@code v = mu v + g; w = w - r v}; with Nesterov {@code w = w - r (g + mu v)}. */
    void sgd(CudaStepState state, float momentum, boolean nesterov, CudaFloats w, CudaFloats g, CudaFloats v) {
        launcher.of(sgd)
                .pointer(state.address())
                .int64(w.length())
                .float32(momentum)
                .int32(nesterov ? 1 : 0)
                .pointer(w)
                .pointer(g)
                .pointer(v)
                .launch(shapes.elements(w.length()));
    }

    /** {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w = w - r (m^ / (sqrt(v^) + epsilon) + decay w)}. */
    void adam(CudaStepState state, AdamSettings settings, CudaFloats w, CudaFloats g, CudaFloats m, CudaFloats v) {
        launcher.of(adam)
                .pointer(state.address())
                .int64(w.length())
                .float32(settings.beta1())
                .float32(settings.beta2())
                .float32(settings.epsilon())
                .float32(settings.weightDecay())
                .pointer(w)
                .pointer(g)
                .pointer(m)
                .pointer(v)
                .launch(shapes.elements(w.length()));
    }
}

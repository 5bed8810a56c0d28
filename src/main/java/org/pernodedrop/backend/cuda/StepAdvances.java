package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.cuda.kernel.Grid;
import org.pernodedrop.backend.cuda.kernel.PtxModule;

/** Goes on to the next step, on the GPU and in the host's copy. */
final class StepAdvances {
    private final CommandQueue queue;
    private final KernelLauncher launcher;
    private final Kernel advance;

    StepAdvances(CommandQueue queue, CudaKernels kernels, KernelLauncher launcher) {
        this.queue = queue;
        this.launcher = launcher;
        advance = kernels.kernel(PtxModule.STEP, "advance");
    }

    /** {@code step = step + 1}, up to the last step; in a recording each replay checks and counts. */
    void advance(CudaStepState state) {
        if (!queue.isRecording()) {
            state.requireSteps(1);
        }
        launcher.of(advance).pointer(state.address()).launch(Grid.ONE);
        if (queue.isRecording()) {
            queue.recordAdvance(state);
        } else {
            state.advanced(1);
        }
    }
}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.cuda.kernel.Grid;
import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.kernel.PtxModule;

/** Losses and their gradients: one value for each sample first, in double, then their sum in a fixed order. */
final class Losses {
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final Scratch scratch;
    private final Kernel softmaxCrossEntropy;
    private final Kernel meanSquaredError;
    private final Kernel addLosses;

    Losses(CudaKernels kernels, KernelLauncher launcher, LaunchShapes shapes, Scratch scratch) {
        this.launcher = launcher;
        this.shapes = shapes;
        this.scratch = scratch;
        softmaxCrossEntropy = kernels.kernel(PtxModule.LOSS, "softmax_cross_entropy");
        meanSquaredError = kernels.kernel(PtxModule.LOSS, "mean_squared_error");
        addLosses = kernels.kernel(PtxModule.LOSS, "add_losses");
    }

    /** Softmax cross-entropy; gradient may be null or the logits. */
    void softmaxCrossEntropy(
            CudaStepState state,
            int samples,
            int classes,
            CudaFloats logits,
            CudaInts labels,
            CudaFloats gradient,
            CudaLossAccumulator totals) {
        long losses = scratch.reserve((long) samples * (Double.BYTES + Integer.BYTES));
        long hits = losses + (long) samples * Double.BYTES;
        launcher.of(softmaxCrossEntropy)
                .int32(samples)
                .int32(classes)
                .pointer(logits)
                .pointer(labels)
                .pointer(gradient)
                .pointer(losses)
                .pointer(hits)
                .launch(shapes.losses(samples));
        add(state, samples, losses, hits, totals);
    }

    /** Mean squared error; gradient may be null or the predictions. */
    void meanSquaredError(
            CudaStepState state,
            int samples,
            int outputs,
            CudaFloats predictions,
            CudaFloats targets,
            CudaFloats gradient,
            CudaLossAccumulator totals) {
        long losses = scratch.reserve((long) samples * Double.BYTES);
        launcher.of(meanSquaredError)
                .int32(samples)
                .int32(outputs)
                .pointer(predictions)
                .pointer(targets)
                .pointer(gradient)
                .pointer(losses)
                .launch(shapes.losses(samples));
        add(state, samples, losses, 0, totals);
    }

    private void add(CudaStepState state, int samples, long losses, long hits, CudaLossAccumulator totals) {
        launcher.of(addLosses)
                .pointer(state.address())
                .int32(samples)
                .pointer(losses)
                .pointer(hits)
                .pointer(totals.address())
                .launch(Grid.ONE);
    }
}

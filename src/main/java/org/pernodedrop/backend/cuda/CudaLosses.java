package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.Losses;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Losses and their gradients: one value for each sample first, in double, then their sum in a fixed order. */
final class CudaLosses extends Losses {
    private final CudaParts parts;
    private final Kernel softmaxCrossEntropy;
    private final Kernel meanSquaredError;
    private final Kernel addLosses;

    CudaLosses(KernelRunner runner, CudaParts parts) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        softmaxCrossEntropy = kernels.kernel(PtxModule.LOSS, "softmax_cross_entropy");
        meanSquaredError = kernels.kernel(PtxModule.LOSS, "mean_squared_error");
        addLosses = kernels.kernel(PtxModule.LOSS, "add_losses");
    }

    @Override
    protected void softmaxCrossEntropyKernel(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals) {
        parts.queue.enter();
        CudaStepState ownState = parts.own(state);
        CudaLossAccumulator ownTotals = parts.own(totals);
        long losses = parts.scratch.reserve((long) samples * (Double.BYTES + Integer.BYTES));
        long hits = losses + (long) samples * Double.BYTES;
        parts.launcher
                .of(softmaxCrossEntropy)
                .int32(samples)
                .int32(classes)
                .pointer(parts.floats(logits))
                .pointer(parts.ints(labels))
                .pointer(parts.floats(gradient))
                .pointer(losses)
                .pointer(hits)
                .launch(parts.shapes.losses(samples));
        add(ownState, samples, losses, hits, ownTotals);
    }

    @Override
    protected void meanSquaredErrorKernel(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals) {
        parts.queue.enter();
        CudaStepState ownState = parts.own(state);
        CudaLossAccumulator ownTotals = parts.own(totals);
        long losses = parts.scratch.reserve((long) samples * Double.BYTES);
        parts.launcher
                .of(meanSquaredError)
                .int32(samples)
                .int32(outputs)
                .pointer(parts.floats(predictions))
                .pointer(parts.floats(targets))
                .pointer(parts.floats(gradient))
                .pointer(losses)
                .launch(parts.shapes.losses(samples));
        add(ownState, samples, losses, 0, ownTotals);
    }

    private void add(CudaStepState state, int samples, long losses, long hits, CudaLossAccumulator totals) {
        parts.launcher
                .of(addLosses)
                .pointer(state.address())
                .int32(samples)
                .pointer(losses)
                .pointer(hits)
                .pointer(totals.address())
                .launch(Grid.ONE);
    }
}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LossAccumulator;
import org.pernodedrop.backend.LossKernels;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Losses and their gradients: one value for each sample first, in double, then their sum in a fixed order. */
final class Losses extends Operations implements LossKernels {
    private final Kernel softmaxCrossEntropy;
    private final Kernel meanSquaredError;
    private final Kernel addLosses;

    Losses(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        softmaxCrossEntropy = kernels.kernel(PtxModule.LOSS, "softmax_cross_entropy");
        meanSquaredError = kernels.kernel(PtxModule.LOSS, "mean_squared_error");
        addLosses = kernels.kernel(PtxModule.LOSS, "add_losses");
    }

    @Override
    public void softmaxCrossEntropy(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals) {
        queue.enter();
        CudaStepState ownState = own(state);
        CudaLossAccumulator ownTotals = own(totals);
        long losses = scratch.reserve((long) samples * (Double.BYTES + Integer.BYTES));
        long hits = losses + (long) samples * Double.BYTES;
        launcher.of(softmaxCrossEntropy)
                .int32(samples)
                .int32(classes)
                .pointer(floats(logits))
                .pointer(ints(labels))
                .pointer(floats(gradient))
                .pointer(losses)
                .pointer(hits)
                .launch(shapes.losses(samples));
        add(ownState, samples, losses, hits, ownTotals);
    }

    @Override
    public void meanSquaredError(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals) {
        queue.enter();
        CudaStepState ownState = own(state);
        CudaLossAccumulator ownTotals = own(totals);
        long losses = scratch.reserve((long) samples * Double.BYTES);
        launcher.of(meanSquaredError)
                .int32(samples)
                .int32(outputs)
                .pointer(floats(predictions))
                .pointer(floats(targets))
                .pointer(floats(gradient))
                .pointer(losses)
                .launch(shapes.losses(samples));
        add(ownState, samples, losses, 0, ownTotals);
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

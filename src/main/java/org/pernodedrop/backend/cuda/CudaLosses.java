package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Losses;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
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
    protected void softmaxCrossEntropyKernel(Batch batch, DeviceInts labels) {
        parts.queue.enter();
        run(softmaxCrossEntropy, batch, parts.ints(labels), true);
    }

    @Override
    protected void meanSquaredErrorKernel(Batch batch, DeviceFloats targets) {
        parts.queue.enter();
        run(meanSquaredError, batch, parts.floats(targets), false);
    }

    private void run(Kernel kernel, Batch batch, CudaBuffer wanted, boolean countsHits) {
        int samples = batch.samples();
        CudaStepState state = parts.own(batch.state());
        CudaLossAccumulator totals = parts.own(batch.totals());
        long losses = parts.scratch.reserve((long) samples * (Double.BYTES + (countsHits ? Integer.BYTES : 0)));
        long hits = countsHits ? losses + (long) samples * Double.BYTES : 0;
        KernelLauncher launcher = parts.launcher
                .of(kernel)
                .int32(samples, batch.outputs())
                .pointer(parts.floats(batch.values()), wanted, parts.floats(batch.gradient()))
                .pointer(losses);
        if (countsHits) {
            launcher.pointer(hits);
        }
        launcher.launch(parts.shapes.losses(samples));
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

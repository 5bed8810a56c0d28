package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.ImageWindows;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Windows over images. */
final class CudaImageWindows extends ImageWindows {
    private final CudaParts parts;
    private final Kernel unfold;
    private final Kernel fold;
    private final Kernel maxPool;
    private final Kernel maxPoolBackward;
    private final Kernel averagePool;
    private final Kernel averagePoolBackward;

    CudaImageWindows(KernelRunner runner, CudaParts parts) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        unfold = kernels.kernel(PtxModule.WINDOW, "unfold");
        fold = kernels.kernel(PtxModule.WINDOW, "fold");
        maxPool = kernels.kernel(PtxModule.WINDOW, "max_pool");
        maxPoolBackward = kernels.kernel(PtxModule.WINDOW, "max_pool_backward");
        averagePool = kernels.kernel(PtxModule.WINDOW, "average_pool");
        averagePoolBackward = kernels.kernel(PtxModule.WINDOW, "average_pool_backward");
    }

    private KernelLauncher over(Kernel kernel, WindowShape shape, int samples) {
        return parts.launch(kernel)
                .int32(samples)
                .int32(shape.height(), shape.width(), shape.channels())
                .int32(shape.windowHeight(), shape.windowWidth())
                .int32(shape.strideHeight(), shape.strideWidth())
                .int32(shape.padTop(), shape.padLeft())
                .int32(shape.outputHeight(), shape.outputWidth());
    }

    @Override
    protected void unfoldKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns) {
        over(unfold, shape, samples)
                .pointer(parts.floats(x, columns))
                .launch(LaunchShapes.rows(samples, shape.positions() * shape.windowSize()));
    }

    @Override
    protected void foldKernel(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x) {
        over(fold, shape, samples)
                .pointer(parts.floats(columns, x))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }

    @Override
    protected void maxPoolKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places) {
        over(maxPool, shape, samples)
                .pointer(parts.floats(x, y))
                .pointer(parts.ints(places))
                .launch(LaunchShapes.rows(samples, shape.outputSize()));
    }

    @Override
    protected void maxPoolBackwardKernel(
            WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx) {
        over(maxPoolBackward, shape, samples)
                .pointer(parts.floats(dy))
                .pointer(parts.ints(places))
                .pointer(parts.floats(dx))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }

    @Override
    protected void averagePoolKernel(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y) {
        over(averagePool, shape, samples)
                .pointer(parts.floats(x, y))
                .launch(LaunchShapes.rows(samples, shape.outputSize()));
    }

    @Override
    protected void averagePoolBackwardKernel(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx) {
        over(averagePoolBackward, shape, samples)
                .pointer(parts.floats(dy, dx))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }
}

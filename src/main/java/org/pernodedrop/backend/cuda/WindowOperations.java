package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.WindowKernels;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Windows over images. */
final class WindowOperations extends Operations implements WindowKernels {
    private final Kernel unfold;
    private final Kernel fold;
    private final Kernel maxPool;
    private final Kernel maxPoolBackward;
    private final Kernel averagePool;
    private final Kernel averagePoolBackward;

    WindowOperations(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        unfold = kernels.kernel(PtxModule.WINDOW, "unfold");
        fold = kernels.kernel(PtxModule.WINDOW, "fold");
        maxPool = kernels.kernel(PtxModule.WINDOW, "max_pool");
        maxPoolBackward = kernels.kernel(PtxModule.WINDOW, "max_pool_backward");
        averagePool = kernels.kernel(PtxModule.WINDOW, "average_pool");
        averagePoolBackward = kernels.kernel(PtxModule.WINDOW, "average_pool_backward");
    }

    private KernelLauncher over(Kernel kernel, WindowShape shape, int samples) {
        queue.enter();
        return launcher.of(kernel)
                .int32(samples)
                .int32(shape.height())
                .int32(shape.width())
                .int32(shape.channels())
                .int32(shape.windowHeight())
                .int32(shape.windowWidth())
                .int32(shape.strideHeight())
                .int32(shape.strideWidth())
                .int32(shape.padTop())
                .int32(shape.padLeft())
                .int32(shape.outputHeight())
                .int32(shape.outputWidth());
    }

    @Override
    public void unfold(WindowShape shape, int samples, DeviceFloats x, DeviceFloats columns) {
        over(unfold, shape, samples)
                .pointer(floats(x))
                .pointer(floats(columns))
                .launch(LaunchShapes.rows(samples, shape.positions() * shape.windowSize()));
    }

    @Override
    public void fold(WindowShape shape, int samples, DeviceFloats columns, DeviceFloats x) {
        over(fold, shape, samples)
                .pointer(floats(columns))
                .pointer(floats(x))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }

    @Override
    public void maxPool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y, DeviceInts places) {
        over(maxPool, shape, samples)
                .pointer(floats(x))
                .pointer(floats(y))
                .pointer(ints(places))
                .launch(LaunchShapes.rows(samples, shape.outputSize()));
    }

    @Override
    public void maxPoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceInts places, DeviceFloats dx) {
        over(maxPoolBackward, shape, samples)
                .pointer(floats(dy))
                .pointer(ints(places))
                .pointer(floats(dx))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }

    @Override
    public void averagePool(WindowShape shape, int samples, DeviceFloats x, DeviceFloats y) {
        over(averagePool, shape, samples)
                .pointer(floats(x))
                .pointer(floats(y))
                .launch(LaunchShapes.rows(samples, shape.outputSize()));
    }

    @Override
    public void averagePoolBackward(WindowShape shape, int samples, DeviceFloats dy, DeviceFloats dx) {
        over(averagePoolBackward, shape, samples)
                .pointer(floats(dy))
                .pointer(floats(dx))
                .launch(LaunchShapes.rows(samples, shape.inputSize()));
    }
}

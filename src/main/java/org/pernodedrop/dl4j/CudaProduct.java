package org.pernodedrop.dl4j;

import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.Pointer;
import org.nd4j.jita.allocator.impl.AtomicAllocator;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.jcublas.context.CudaContext;
import org.pernodedrop.dl4j.MaskedProduct.DrawnMask;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceLaunch;
import org.pernodedrop.kernels.DeviceMatrix;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.cuda.PointerKernels;
import org.pernodedrop.kernels.cuda.PointerPlan;
import org.pernodedrop.mask.MaskSpec;

/**
 * Calls the CUDA kernels on ND4J's GPU memory, in ND4J's stream. UNTESTED: it compiles against nd4j-cuda-11.6, but has
 * never been run.
 */
final class CudaProduct implements MaskedProduct {
    private static final int STATE_WORDS = PointerKernels.STATE_BYTES / Integer.BYTES;
    // Loaded until the process ends, like ND4J's own kernels.
    private static final Map<Integer, PointerKernels> OF_DEVICES = new ConcurrentHashMap<>();

    private final Map<Kind, Prepared> prepared = new ConcurrentHashMap<>();

    private record Kind(int device, MaskSpec spec, ConnectionShape shape) {}

    /** A plan with its own memory: workspace for operands with strides, and the state. */
    private record Prepared(PointerKernels kernels, PointerPlan plan, INDArray workspace, INDArray state) {
        static Prepared of(Kind kind) {
            PointerKernels kernels = OF_DEVICES.computeIfAbsent(kind.device(), device -> new PointerKernels());
            PointerPlan plan = kernels.plan(kind.spec(), kind.shape());
            long floats = Math.max(1, (plan.stridedWorkspaceBytes() - 1) / Float.BYTES + 1);
            return new Prepared(
                    kernels,
                    plan,
                    Nd4j.createUninitializedDetached(DataType.FLOAT, floats),
                    Nd4j.createUninitializedDetached(DataType.INT32, STATE_WORDS));
        }

        DeviceLaunch launch(DrawnMask mask, CudaContext context) {
            long stream = context.getCublasStream().address();
            long at = address(state, context);
            kernels.setState(stream, at, mask.seed(), mask.step());
            return DeviceLaunch.of(stream, at, mask.layer(), 0).withWorkspace(address(workspace, context));
        }
    }

    @Override
    public void forward(DrawnMask mask, INDArray x, INDArray w, INDArray bias, INDArray z) {
        INDArray rowsX = MaskedProduct.rows(x);
        INDArray rowsW = MaskedProduct.rows(w);
        INDArray rowsBias = MaskedProduct.rows(bias);
        AtomicAllocator allocator = AtomicAllocator.getInstance();
        CudaContext context = allocator.getFlowController().prepareAction(z, present(rowsX, rowsW, rowsBias));
        Prepared layer = begin(mask, MaskedProduct.shape(x, w), context);
        layer.plan()
                .forward(
                        layer.launch(mask, context),
                        new ForwardPass<>(
                                Activation.LINEAR,
                                matrix(rowsX, context),
                                matrix(rowsW, context),
                                matrix(rowsBias, context),
                                matrix(z, context),
                                null));
        context.syncOldStream();
        allocator.registerAction(context, z, present(rowsX, rowsW, rowsBias));
    }

    @Override
    public void backward(DrawnMask mask, INDArray x, INDArray w, INDArray dz, INDArray dx, INDArray dw, INDArray db) {
        INDArray rowsX = MaskedProduct.rows(x);
        INDArray rowsW = MaskedProduct.rows(w);
        INDArray rowsDz = MaskedProduct.rows(dz);
        AtomicAllocator allocator = AtomicAllocator.getInstance();
        CudaContext context = allocator.getFlowController().prepareAction(dx, rowsX, rowsW, rowsDz);
        allocator.getFlowController().prepareActionAllWrite(present(dw, db));
        Prepared layer = begin(mask, MaskedProduct.shape(x, w), context);
        layer.plan()
                .backward(
                        layer.launch(mask, context),
                        new BackwardPass<>(
                                matrix(rowsX, context),
                                matrix(rowsW, context),
                                matrix(rowsDz, context),
                                matrix(dx, context),
                                matrix(dw, context),
                                matrix(db, context)));
        context.syncOldStream();
        allocator.registerAction(context, dx, rowsX, rowsW, rowsDz);
        allocator.getFlowController().registerActionAllWrite(context, present(dw, db));
    }

    private Prepared begin(DrawnMask mask, ConnectionShape shape, CudaContext context) {
        // A call of the CUDA runtime makes its context the thread's current one.
        context.syncOldStream();
        int device = Nd4j.getAffinityManager().getDeviceForCurrentThread();
        return prepared.computeIfAbsent(new Kind(device, mask.spec(), shape), Prepared::of);
    }

    private static INDArray[] present(INDArray... arrays) {
        return Arrays.stream(arrays).filter(Objects::nonNull).toArray(INDArray[]::new);
    }

    private static DeviceMatrix matrix(INDArray array, CudaContext context) {
        return array == null ? null : new DeviceMatrix(address(array, context), MaskedProduct.leadingDimension(array));
    }

    private static long address(INDArray array, CudaContext context) {
        Pointer pointer = AtomicAllocator.getInstance().getPointer(array, context);
        return pointer.address() + pointer.position() * pointer.sizeof();
    }
}

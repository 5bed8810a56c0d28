package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskedProducts;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cuda.ConnectionPlan;
import org.pernodedrop.kernels.cuda.MaskedProductLauncher;

/** The products of a PerNodeDrop layer on this backend's buffers: unwraps them to addresses for the launcher. */
final class CudaMaskedProducts extends MaskedProducts {
    private static final int ALIGNMENT = 16;

    private final CudaParts parts;
    private final MaskedProductLauncher products;

    CudaMaskedProducts(
            KernelRunner runner,
            CudaParts parts,
            CudaMatrices matrices,
            CudaVectors vectors,
            DeviceProperties device,
            Precision precision) {
        super(runner, matrices, vectors);
        this.parts = parts;
        products = new MaskedProductLauncher(parts.kernels, parts.launcher, device, precision);
    }

    @Override
    protected void forwardKernel(MaskDraw<LayerMask, DeviceInts> draw, ForwardPass<DeviceFloats> pass) {
        parts.queue.enter();
        products.forward(
                onDevice(draw),
                new ForwardPass<>(
                        pass.activation(),
                        parts.floats(pass.x()),
                        parts.floats(pass.w()),
                        parts.floats(pass.bias()),
                        parts.floats(pass.z()),
                        parts.floats(pass.y())),
                parts.scratch::reserve);
    }

    @Override
    protected void backwardKernel(MaskDraw<LayerMask, DeviceInts> draw, BackwardPass<DeviceFloats> pass) {
        parts.queue.enter();
        products.backward(
                onDevice(draw),
                new BackwardPass<>(
                        parts.floats(pass.x()),
                        parts.floats(pass.w()),
                        parts.floats(pass.dz()),
                        parts.floats(pass.dx()),
                        parts.floats(pass.dw()),
                        parts.floats(pass.db())),
                parts.scratch::reserve);
    }

    private MaskDraw<DeviceMask, DeviceAddress> onDevice(MaskDraw<LayerMask, DeviceInts> draw) {
        return new MaskDraw<>(
                parts.own(draw.mask()), draw.firstSample(), draw.shape(), aligned(parts.ints(draw.packed())));
    }

    // Kernels move four words at a time; a slice may begin anywhere, and packedLength leaves room to align it.
    private static DeviceAddress aligned(CudaInts packed) {
        return packed == null ? null : () -> (packed.address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    protected long packedLengthKernel(ConnectionShape shape) {
        return ConnectionPlan.packedWords(shape) + ALIGNMENT / Integer.BYTES - 1;
    }
}

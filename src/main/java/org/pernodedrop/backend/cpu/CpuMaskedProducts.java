package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskedProducts;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.PackedTiles;
import org.pernodedrop.kernels.cpu.TiledProducts;
import org.pernodedrop.mask.Mask;

/** The masked products of {@link TiledProducts} on this backend's buffers. */
final class CpuMaskedProducts extends MaskedProducts {
    private final TiledProducts products;

    CpuMaskedProducts(KernelRunner runner, CpuMatrices matrices, CpuVectors vectors, TiledProducts products) {
        super(runner, matrices, vectors);
        this.products = products;
    }

    @Override
    protected void forwardKernel(MaskDraw<LayerMask, DeviceInts> draw, ForwardPass<DeviceFloats> pass) {
        int outputs = draw.shape().outputs();
        HostMatrix z = CpuFloats.matrix(pass.z(), outputs);
        products.forward(
                onHost(draw),
                new ForwardPass<>(
                        pass.activation(),
                        CpuFloats.matrix(pass.x(), draw.shape().inputs()),
                        CpuFloats.matrix(pass.w(), outputs),
                        CpuFloats.matrix(pass.bias(), outputs),
                        z,
                        pass.z().startsAt(pass.y()) ? z : CpuFloats.matrix(pass.y(), outputs)));
    }

    @Override
    protected void backwardKernel(MaskDraw<LayerMask, DeviceInts> draw, BackwardPass<DeviceFloats> pass) {
        int inputs = draw.shape().inputs();
        int outputs = draw.shape().outputs();
        products.backward(
                onHost(draw),
                new BackwardPass<>(
                        CpuFloats.matrix(pass.x(), inputs),
                        CpuFloats.matrix(pass.w(), outputs),
                        CpuFloats.matrix(pass.dz(), outputs),
                        CpuFloats.matrix(pass.dx(), inputs),
                        CpuFloats.matrix(pass.dw(), outputs),
                        CpuFloats.matrix(pass.db(), outputs)));
    }

    @Override
    protected long packedLengthKernel(ConnectionShape shape) {
        return PackedTiles.length(shape);
    }

    private static MaskDraw<Mask, PackedTiles> onHost(MaskDraw<LayerMask, DeviceInts> draw) {
        PackedTiles bits = null;
        if (draw.packed() != null) {
            CpuInts packed = CpuInts.of(draw.packed());
            bits = PackedTiles.in(packed.array, packed.offset, draw.shape());
        }
        return new MaskDraw<>(CpuStepState.current(draw.mask()), draw.firstSample(), draw.shape(), bits);
    }
}

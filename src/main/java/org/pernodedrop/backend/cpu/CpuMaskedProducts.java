package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.MaskedProducts;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;

/** Masked products on arrays. */
final class CpuMaskedProducts extends MaskedProducts {
    private final CpuVectors vectors;
    private final ConnectionProducts products;

    CpuMaskedProducts(KernelRunner runner, CpuMatrices matrices, CpuVectors vectors, ConnectionProducts products) {
        super(runner, matrices, vectors);
        this.vectors = vectors;
        this.products = products;
    }

    String describe() {
        return products.describe();
    }

    @Override
    protected void forwardKernel(MaskDraw<LayerMask, DeviceInts> draw, ForwardPass<DeviceFloats> pass) {
        products.forward(
                draw.mask(),
                draw.firstSample(),
                draw.shape(),
                pass.activation(),
                pass.x(),
                pass.w(),
                pass.bias(),
                pass.z(),
                pass.y(),
                draw.packed());
    }

    @Override
    protected void backwardKernel(MaskDraw<LayerMask, DeviceInts> draw, BackwardPass<DeviceFloats> pass) {
        if (pass.db() != null) {
            vectors.columnSumsKernel(draw.shape().rows(), draw.shape().outputs(), pass.dz(), pass.db());
        }
        products.backward(
                draw.mask(),
                draw.firstSample(),
                draw.shape(),
                pass.x(),
                pass.w(),
                pass.dz(),
                pass.dx(),
                pass.dw(),
                draw.packed());
    }

    @Override
    protected long packedLengthKernel(ConnectionShape shape) {
        return products.packedLength(shape);
    }
}

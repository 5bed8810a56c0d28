package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.cpu.PackedTiles;
import org.pernodedrop.kernels.cpu.TiledProducts;
import org.pernodedrop.mask.Mask;

/** The masked products of {@link TiledProducts} on this backend's buffers. */
final class CpuMaskedProducts implements ConnectionPassKernels {
    private final TiledProducts products;

    CpuMaskedProducts(TiledProducts products) {
        this.products = products;
    }

    @Override
    public void forward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y,
            DeviceInts packed) {
        int outputs = shape.outputs();
        HostMatrix sums = CpuFloats.matrix(z, outputs);
        products.forward(
                draw(mask, firstSample, shape, packed),
                new ForwardPass<>(
                        activation,
                        CpuFloats.matrix(x, shape.inputs()),
                        CpuFloats.matrix(w, outputs),
                        CpuFloats.matrix(bias, outputs),
                        sums,
                        z.startsAt(y) ? sums : CpuFloats.matrix(y, outputs)));
    }

    @Override
    public void backward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw,
            DeviceInts packed) {
        int outputs = shape.outputs();
        products.backward(
                draw(mask, firstSample, shape, packed),
                new BackwardPass<>(
                        CpuFloats.matrix(x, shape.inputs()),
                        CpuFloats.matrix(w, outputs),
                        CpuFloats.matrix(dz, outputs),
                        CpuFloats.matrix(dx, shape.inputs()),
                        CpuFloats.matrix(dw, outputs),
                        null));
    }

    @Override
    public long packedLength(ConnectionShape shape) {
        return PackedTiles.length(shape);
    }

    private static MaskDraw<Mask, PackedTiles> draw(
            LayerMask mask, int firstSample, ConnectionShape shape, DeviceInts packed) {
        PackedTiles bits = packed == null ? null : bits(CpuInts.of(packed), shape);
        return new MaskDraw<>(CpuStepState.current(mask), firstSample, shape, bits);
    }

    private static PackedTiles bits(CpuInts packed, ConnectionShape shape) {
        return PackedTiles.in(packed.array, packed.offset, shape);
    }
}

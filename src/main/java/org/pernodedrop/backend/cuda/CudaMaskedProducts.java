package org.pernodedrop.backend.cuda;

import java.util.Locale;
import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.DeviceAddress;
import org.pernodedrop.kernels.DeviceMask;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.kernels.cuda.MaskedProductLauncher;

/** The products of a PerNodeDrop layer on this backend's buffers: unwraps them to addresses for the launcher. */
final class CudaMaskedProducts extends Operations implements ConnectionPassKernels {
    private static final int ALIGNMENT = 16;

    private final MaskedProductLauncher products;
    private final MultiPositionPrecision precision;

    CudaMaskedProducts(OperationParts parts, DeviceProperties device, MultiPositionPrecision precision) {
        super(parts);
        this.precision = precision;
        products = new MaskedProductLauncher(parts.kernels(), launcher, device, precision);
    }

    String describe() {
        return "sequences in " + precision.name().toLowerCase(Locale.ROOT);
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
        queue.enter();
        products.forward(
                draw(mask, firstSample, shape, packed),
                new ForwardPass<>(activation, floats(x), floats(w), floats(bias), floats(z), floats(y)),
                scratch::reserve);
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
        queue.enter();
        products.backward(
                draw(mask, firstSample, shape, packed),
                new BackwardPass<>(floats(x), floats(w), floats(dz), floats(dx), floats(dw), null),
                scratch::reserve);
    }

    private MaskDraw<DeviceMask, DeviceAddress> draw(
            LayerMask mask, int firstSample, ConnectionShape shape, DeviceInts packed) {
        return new MaskDraw<>(own(mask), firstSample, shape, aligned(ints(packed)));
    }

    // Kernels move four words at a time; a slice may begin anywhere, and packedLength leaves room to align it.
    private static DeviceAddress aligned(CudaInts packed) {
        return packed == null ? null : () -> (packed.address + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    }

    @Override
    public long packedLength(ConnectionShape shape) {
        return MaskedProductLauncher.packedWords(shape) + ALIGNMENT / Integer.BYTES - 1;
    }
}

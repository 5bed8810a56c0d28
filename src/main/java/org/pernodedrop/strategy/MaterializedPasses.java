package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * The whole mask in memory, {@code m [B, I, U]}, beside the masked weights of every sample: what one would write without
 * fused kernels, and the yardstick for them. The mask is the defined one. {@code dw} sums the samples' products {@code
 * x[b]' dz[b]} times m over b, which take the masked weights' place.
 */
final class MaterializedPasses extends ConnectionPasses {
    private DeviceFloats multipliers;
    private DeviceFloats masked;

    MaterializedPasses(Backend backend, LayerMask mask) {
        super(backend, mask);
    }

    @Override
    public Strategy strategy() {
        return Strategy.MATERIALIZED;
    }

    @Override
    public void reserve(ConnectionShape shape, Workspace workspace) {
        long size = size(shape);
        try {
            multipliers = workspace.allocate(size);
            masked = workspace.allocate(size);
        } catch (OutOfDeviceMemoryException e) {
            throw new OutOfDeviceMemoryException(
                    "the strategy materialized needs 2 floats for each of samples x inputs x outputs connections; take"
                            + " fused, or smaller batches: shape=" + shape + ", bytes=" + 2 * Float.BYTES * size
                            + ", free=" + backend.memory().free(),
                    e);
        }
    }

    @Override
    public long maskBytes(ConnectionShape shape) {
        return 2 * Float.BYTES * size(shape);
    }

    @Override
    public void forward(
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y) {
        int rows = shape.positions();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        backend.exportMask(mask, firstSample, shape.samples(), inputs, outputs, multipliers);
        backend.multiplyRows(shape.samples(), shape.weightSize(), multipliers, w, masked);
        backend.batchedProduct(false, false, shape.samples(), rows, outputs, inputs, x, masked, z);
        backend.biasActivation(activation, shape.rows(), outputs, bias, z, y);
    }

    @Override
    public void backward(
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw) {
        int rows = shape.positions();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        if (dx != null) {
            backend.batchedProduct(false, true, shape.samples(), rows, inputs, outputs, dz, masked, dx);
        }
        backend.batchedProduct(true, false, shape.samples(), inputs, outputs, rows, x, dz, masked);
        backend.multiply(size(shape), masked, multipliers, masked);
        backend.columnSums(shape.samples(), Math.toIntExact(shape.weightSize()), masked, dw);
    }

    private static long size(ConnectionShape shape) {
        return Math.multiplyExact(shape.samples(), shape.weightSize());
    }
}

package org.pernodedrop.strategy;

import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/**
 * The whole mask in memory, {@code m [B, I, U]}, beside the masked weights of every sample: what one would write without
 * fused kernels, and the yardstick for them. The mask is the defined one. {@code dw} sums the samples' products {@code
 * x[b]' dz[b]} times m over b, which take the masked weights' place.
 */
final class MaterializedProduct extends ProductStrategy {
    private final LayerMask mask;
    private DeviceFloats multipliers;
    private DeviceFloats masked;

    MaterializedProduct(Backend backend, LayerMask mask) {
        super(backend);
        this.mask = mask;
    }

    @Override
    public Optional<Strategy> strategy() {
        return Optional.of(Strategy.MATERIALIZED);
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
                            + ", free=" + backend.memory().use().free(),
                    e);
        }
    }

    @Override
    public long maskBytes(ConnectionShape shape) {
        return 2 * Float.BYTES * size(shape);
    }

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        int samples = shape.samples();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        backend.masks().export(mask, firstSample, samples, inputs, outputs, multipliers);
        backend.vectors().multiplyRows(samples, shape.weightSize(), multipliers, pass.w(), masked);
        backend.matrices()
                .batchedProduct(false, false, samples, shape.positions(), outputs, inputs, pass.x(), masked, pass.z());
        activate(shape, pass);
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        int samples = shape.samples();
        int rows = shape.positions();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        biasGradient(shape, pass);
        if (pass.dx() != null) {
            backend.matrices()
                    .batchedProduct(false, true, samples, rows, inputs, outputs, pass.dz(), masked, pass.dx());
        }
        backend.matrices().batchedProduct(true, false, samples, inputs, outputs, rows, pass.x(), pass.dz(), masked);
        backend.vectors().multiply(size(shape), masked, multipliers, masked);
        backend.vectors().columnSums(samples, Math.toIntExact(shape.weightSize()), masked, pass.dw());
    }

    private static long size(ConnectionShape shape) {
        return Math.multiplyExact(shape.samples(), shape.weightSize());
    }
}

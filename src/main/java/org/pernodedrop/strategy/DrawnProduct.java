package org.pernodedrop.strategy;

import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.MaskDraw;

/**
 * The mask is drawn in the kernels: anew in each pass, or once, in the forward pass, which packs the kept bits for the
 * backward pass to read.
 */
final class DrawnProduct extends ProductStrategy {
    private final LayerMask mask;
    private final boolean packs;
    private DeviceInts packed;

    DrawnProduct(Backend backend, LayerMask mask, boolean packs) {
        super(backend);
        this.mask = mask;
        this.packs = packs;
    }

    @Override
    public Optional<Strategy> strategy() {
        return Optional.of(packs ? Strategy.PACKED : Strategy.FUSED);
    }

    @Override
    public void reserve(ConnectionShape shape, Workspace workspace) {
        packed = packs ? workspace.allocateInts(backend.maskedProducts().packedLength(shape)) : null;
    }

    @Override
    public long maskBytes(ConnectionShape shape) {
        return packs ? Integer.BYTES * backend.maskedProducts().packedLength(shape) : 0;
    }

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        backend.maskedProducts().forward(new MaskDraw<>(mask, firstSample, shape, packed), pass);
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        backend.maskedProducts().backward(new MaskDraw<>(mask, firstSample, shape, packed), pass);
    }
}

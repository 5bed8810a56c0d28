package org.pernodedrop.strategy;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.ForwardPass;

/** A mask value for every output of every sample; bias, mask and activation are one operation in each pass. */
final class NodeMaskProduct extends ProductStrategy {
    private final LayerMask mask;

    NodeMaskProduct(Backend backend, LayerMask mask) {
        super(backend);
        this.mask = mask;
    }

    // Rows stand for samples: a sample has several positions only with a fixed mask, which is the same for all.

    @Override
    public void forward(int firstSample, ConnectionShape shape, ForwardPass<DeviceFloats> pass) {
        multiply(shape, pass.x(), pass.w(), pass.z());
        backend.masks()
                .nodeForward(
                        mask,
                        firstSample,
                        shape.rows(),
                        shape.outputs(),
                        pass.activation(),
                        pass.z(),
                        pass.bias(),
                        pass.z(),
                        pass.y());
    }

    @Override
    public void backward(int firstSample, ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        biasGradient(shape, pass);
        backend.masks().multiplyNodes(mask, firstSample, shape.rows(), shape.outputs(), pass.dz(), pass.dz());
        products(shape, pass);
    }

    @Override
    public void backward(
            int firstSample,
            ConnectionShape shape,
            ForwardPass<DeviceFloats> forward,
            BackwardPass<DeviceFloats> pass) {
        backend.masks()
                .nodeBackward(
                        mask,
                        firstSample,
                        shape.rows(),
                        shape.outputs(),
                        forward.activation(),
                        forward.z(),
                        forward.y(),
                        pass.dz(),
                        pass.dz(),
                        pass.db());
        products(shape, pass);
    }

    private void products(ConnectionShape shape, BackwardPass<DeviceFloats> pass) {
        weightGradient(shape, pass.x(), pass.dz(), pass.dw());
        inputGradient(shape, pass.dz(), pass.w(), pass.dx());
    }
}

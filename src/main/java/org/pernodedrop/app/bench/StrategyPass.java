package org.pernodedrop.app.bench;

import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.strategy.ConnectionPasses;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/** A layer with a mask on every connection, as networks run it. */
final class StrategyPass implements LayerPass {
    private final LayerBuffers buffers;
    private final Precision precision;
    private final LayerMask mask;
    private final ConnectionPasses passes;
    private final Workspace workspace;

    /**
     * @throws IllegalArgumentException if the strategy cannot compute this mask or shape
     * @throws org.pernodedrop.driver.OutOfDeviceMemoryException if there is no room for it; nothing is left behind
     */
    StrategyPass(LayerBuffers buffers, Precision precision, Strategy strategy, LayerMask mask) {
        StrategyChoice.require(strategy, mask.spec(), buffers.shape.positions());
        this.buffers = buffers;
        this.precision = precision;
        this.mask = mask;
        passes = ConnectionPasses.of(strategy, buffers.backend, mask);
        workspace = new Workspace(buffers.backend);
        try {
            passes.reserve(buffers.shape, workspace);
        } catch (RuntimeException | Error failure) {
            workspace.close();
            throw failure;
        }
    }

    @Override
    public String name() {
        return passes.strategy().toString();
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public long maskBytes() {
        return passes.maskBytes(buffers.shape);
    }

    @Override
    public void forward() {
        passes.forward(0, buffers.shape, Activation.RELU, buffers.x, buffers.w, buffers.bias, buffers.z, buffers.y);
    }

    @Override
    public void backward() {
        buffers.activationAndBiasBackward(buffers.dy);
        passes.backward(0, buffers.shape, buffers.x, buffers.w, buffers.dz, buffers.dx, buffers.dw);
    }

    @Override
    public double check(ResultCheck check) {
        if (passes.strategy() == Strategy.REPARAMETERIZED) {
            return check.reparameterized(this, mask.spec());
        }
        Mask values = mask.current();
        return check.products(this, values::value, null);
    }

    @Override
    public void close() {
        workspace.close();
    }
}

package org.pernodedrop.app.bench;

import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/** A layer with a mask on every connection, as networks run it. */
final class StrategyPass implements LayerPass {
    private final LayerBuffers buffers;
    private final Precision precision;
    private final LayerMask mask;
    private final Strategy strategy;
    private final ProductStrategy product;
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
        this.strategy = strategy;
        product = ProductStrategy.masked(strategy, buffers.backend, mask);
        workspace = new Workspace(buffers.backend);
        try {
            product.reserve(buffers.shape, workspace);
        } catch (RuntimeException | Error failure) {
            workspace.close();
            throw failure;
        }
    }

    @Override
    public String name() {
        return strategy.toString();
    }

    @Override
    public Precision precision() {
        return precision;
    }

    @Override
    public long maskBytes() {
        return product.maskBytes(buffers.shape);
    }

    @Override
    public void forward() {
        product.forward(
                0,
                buffers.shape,
                new ForwardPass<>(Activation.RELU, buffers.x, buffers.w, buffers.bias, buffers.z, buffers.y));
    }

    @Override
    public void backward() {
        buffers.activationBackward(buffers.dy);
        product.backward(
                0,
                buffers.shape,
                new BackwardPass<>(buffers.x, buffers.w, buffers.dz, buffers.dx, buffers.dw, buffers.db));
    }

    @Override
    public double check(ResultCheck check) {
        if (strategy == Strategy.REPARAMETERIZED) {
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

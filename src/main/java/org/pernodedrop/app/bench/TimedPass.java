package org.pernodedrop.app.bench;

import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/** An implementation of a layer that is timed: y from x, then dx, dw and db from dy. */
abstract class TimedPass implements AutoCloseable {
    final Backend backend;
    final LayerBuffers buffers;
    private final String name;
    private final Precision precision;

    private TimedPass(LayerBuffers buffers, String name, Precision precision) {
        this.backend = buffers.backend;
        this.buffers = buffers;
        this.name = name;
        this.precision = precision;
    }

    /** Its name in results. */
    String name() {
        return name;
    }

    /** What the factors of products keep. */
    Precision precision() {
        return precision;
    }

    /** Bytes that hold mask values from the forward pass to the end of the backward pass. */
    long maskBytes() {
        return 0;
    }

    abstract void forward();

    /** With the mask of the last forward pass. */
    abstract void backward();

    /** Compares the results of the last passes with the definition. */
    abstract double check(ResultCheck check);

    /** Releases its device memory. */
    @Override
    public void close() {}

    /**
     * The plain dense layer, by the backend's matrix products; with dropout behind it if there is a node mask, which
     * is drawn for every row of y.
     */
    static final class Dense extends TimedPass {
        private final LayerMask nodes;
        private final int rows;
        private final int inputs;
        private final int outputs;

        /** @param nodes of node granularity; null for no dropout */
        Dense(LayerBuffers buffers, Precision precision, LayerMask nodes) {
            super(buffers, nodes == null ? LayerRow.DENSE : LayerRow.NODE, precision);
            this.nodes = nodes;
            this.rows = buffers.shape.rows();
            this.inputs = buffers.shape.inputs();
            this.outputs = buffers.shape.outputs();
        }

        @Override
        void forward() {
            backend.matrices().product(false, false, rows, outputs, inputs, 1, buffers.x, buffers.w, 0, buffers.z);
            backend.vectors().biasActivation(Activation.RELU, rows, outputs, buffers.bias, buffers.z, buffers.y);
            if (nodes != null) {
                backend.masks().multiplyNodes(nodes, 0, rows, outputs, buffers.y, buffers.y);
            }
        }

        @Override
        void backward() {
            if (nodes == null) {
                buffers.activationAndBiasBackward(buffers.dy);
            } else {
                backend.masks().multiplyNodes(nodes, 0, rows, outputs, buffers.dy, buffers.dz);
                buffers.activationAndBiasBackward(buffers.dz);
            }
            backend.matrices().product(true, false, inputs, outputs, rows, 1, buffers.x, buffers.dz, 0, buffers.dw);
            backend.matrices().product(false, true, rows, inputs, outputs, 1, buffers.dz, buffers.w, 0, buffers.dx);
        }

        @Override
        double check(ResultCheck check) {
            return check.products(this, (b, i, u) -> 1, nodes);
        }
    }

    /** A layer with a mask on every connection, as networks run it. */
    static final class Masked extends TimedPass {
        private final LayerMask mask;
        private final Strategy strategy;
        private final ProductStrategy product;
        private final Workspace workspace;

        /**
         * @throws IllegalArgumentException if the strategy cannot compute this mask or shape
         * @throws org.pernodedrop.driver.OutOfDeviceMemoryException if there is no room for it; nothing is left behind
         */
        Masked(LayerBuffers buffers, Precision precision, Strategy strategy, LayerMask mask) {
            super(buffers, strategy.toString(), precision);
            StrategyChoice.require(strategy, mask.spec(), buffers.shape.positions());
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
        long maskBytes() {
            return product.maskBytes(buffers.shape);
        }

        @Override
        void forward() {
            product.forward(
                    0,
                    buffers.shape,
                    new ForwardPass<>(Activation.RELU, buffers.x, buffers.w, buffers.bias, buffers.z, buffers.y));
        }

        @Override
        void backward() {
            buffers.activationBackward(buffers.dy);
            product.backward(
                    0,
                    buffers.shape,
                    new BackwardPass<>(buffers.x, buffers.w, buffers.dz, buffers.dx, buffers.dw, buffers.db));
        }

        @Override
        double check(ResultCheck check) {
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
}

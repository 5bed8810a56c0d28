package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.strategy.ConnectionPasses;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/**
 * {@code z[b, t, u] = sum_i x[b, t, i] w[i, u] m[b, i, u]}: a mask value for every connection of every sample, which its
 * positions share. The strategy is chosen when room is made.
 */
final class ConnectionProduct extends DenseProduct {
    private final LayerMask mask;
    private final Strategy asked;
    private ConnectionPasses passes;
    private LayerStrategy strategy;

    ConnectionProduct(DenseOperands operands, LayerMask mask, Strategy asked) {
        super(operands);
        this.mask = mask;
        this.asked = asked;
    }

    @Override
    void reserve(int samples, Workspace workspace) {
        ConnectionShape shape = operands.shape(samples);
        StrategyChoice choice = StrategyChoice.of(asked, operands.backend(), mask.spec(), shape);
        passes = ConnectionPasses.of(choice.strategy(), operands.backend(), mask);
        passes.reserve(shape, workspace);
        strategy = new LayerStrategy(mask.layer(), choice, passes.maskBytes(shape));
    }

    @Override
    Optional<LayerStrategy> strategy() {
        return Optional.ofNullable(strategy);
    }

    @Override
    void forward(Batch batch, DeviceFloats x, DeviceFloats z, DeviceFloats y) {
        passes.forward(
                batch.firstSample(),
                operands.shape(batch.samples()),
                operands.activation(),
                x,
                operands.weight().values(),
                operands.biasValues(),
                z,
                y);
    }

    @Override
    void backward(Batch batch, DeviceFloats x, DeviceFloats dz, DeviceFloats dx) {
        passes.backward(
                batch.firstSample(),
                operands.shape(batch.samples()),
                x,
                operands.weight().values(),
                dz,
                dx,
                operands.weight().gradient());
    }
}

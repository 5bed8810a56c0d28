package org.pernodedrop.nn;

import java.util.Optional;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;

/** A layer's product where masks are drawn; the strategy of a mask on every connection is chosen when room is made. */
final class DrawingProduct {
    private final DenseOperands operands;
    private final LayerMask mask;
    private final Strategy asked;
    private ProductStrategy product;
    private LayerStrategy strategy;

    private DrawingProduct(DenseOperands operands, LayerMask mask, Strategy asked, ProductStrategy product) {
        this.operands = operands;
        this.mask = mask;
        this.asked = asked;
        this.product = product;
    }

    /** A product that needs no choice and no room. */
    static DrawingProduct of(ProductStrategy product) {
        return new DrawingProduct(null, null, null, product);
    }

    /** A product with a mask on every connection. */
    static DrawingProduct masked(DenseOperands operands, LayerMask mask, Strategy asked) {
        return new DrawingProduct(operands, mask, asked, null);
    }

    /** Makes room for a batch; drops the room made before, whose workspace was closed. */
    void reserve(int samples, Workspace workspace) {
        if (mask == null) {
            return;
        }
        ConnectionShape shape = operands.shape(samples);
        StrategyChoice choice = StrategyChoice.of(asked, operands.backend(), mask.spec(), shape);
        product = ProductStrategy.masked(choice.strategy(), operands.backend(), mask);
        product.reserve(shape, workspace);
        strategy = new LayerStrategy(mask.layer(), choice, product.maskBytes(shape));
    }

    /** The product, once there is room. */
    ProductStrategy product() {
        return product;
    }

    /** How a mask on every connection is computed; empty for other products, and before there is room. */
    Optional<LayerStrategy> strategy() {
        return Optional.ofNullable(strategy);
    }
}

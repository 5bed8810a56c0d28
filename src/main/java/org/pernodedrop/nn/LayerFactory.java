package org.pernodedrop.nn;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.strategy.ProductStrategy;
import org.pernodedrop.strategy.Strategy;

/**
 * Creates the pass of one layer of a network from its description.
 *
 * @param backend what computes
 * @param state the network's
 * @param number the layer's, from 0
 * @param input shape of a sample
 * @param inputGradient whether the gradient for the input is ever wanted
 * @param parameters the layer's, in the order it asked for them
 * @param statistics the layer's, likewise
 * @param workspace for buffers as long-lived as the network
 */
record LayerFactory(
        Backend backend,
        StepState state,
        int number,
        Shape input,
        boolean inputGradient,
        List<Parameter> parameters,
        List<Statistic> statistics,
        Workspace workspace) {

    LayerPass create(Layer layer) {
        if (layer instanceof Dense dense) {
            return dense(dense, layer, Strategy.AUTO);
        }
        if (layer instanceof PerNodeDropDense perNodeDrop) {
            return dense(perNodeDrop.dense(), layer, perNodeDrop.strategy());
        }
        if (layer instanceof DropConnectDense dropConnect) {
            return dense(dropConnect.dense(), layer, Strategy.AUTO);
        }
        if (layer instanceof Conv2D convolution) {
            return convolution(convolution, layer, Strategy.AUTO);
        }
        if (layer instanceof PerNodeDropConv2D perNodeDrop) {
            return convolution(perNodeDrop.convolution(), layer, perNodeDrop.strategy());
        }
        if (layer instanceof ActivationLayer activation) {
            return new ActivationLayer.Pass(backend, activation.activation(), input.size());
        }
        if (layer instanceof Dropout || layer instanceof GaussianDropout) {
            return new Dropout.Pass(backend, maskOf(layer).orElse(null), input.size());
        }
        if (layer instanceof Pooling2D pooling) {
            return new MaxPool2D.Pass(backend, pooling.windows().on(input), pooling instanceof MaxPool2D);
        }
        if (layer instanceof Flatten) {
            return new Flatten.Pass();
        }
        if (layer instanceof BatchNormalization normalization) {
            return new BatchNormalization.Pass(backend, normalization, input, parameters, statistics, workspace);
        }
        throw new IllegalArgumentException("no pass is known for this kind of layer: layer=" + layer);
    }

    private LayerPass dense(Dense dense, Layer layer, Strategy strategy) {
        DenseOperands operands = new DenseOperands(
                backend,
                dense.activation(),
                Dense.positions(input),
                Dense.inputs(input),
                dense.units(),
                parameters.get(0),
                dense.bias() ? parameters.get(1) : null);
        Products products = products(operands, layer, strategy);
        return new DensePass(operands, products.drawing().get(), products.inference());
    }

    private LayerPass convolution(Conv2D convolution, Layer layer, Strategy strategy) {
        WindowShape windows = convolution.windows().on(input);
        DenseOperands operands = new DenseOperands(
                backend,
                convolution.activation(),
                windows.positions(),
                windows.windowSize(),
                convolution.filters(),
                parameters.get(0),
                convolution.bias() ? parameters.get(1) : null);
        Products products = products(operands, layer, strategy);
        return new ConvolutionPass(
                operands, windows, products.drawing(), products.inference(), inputGradient, ConvolutionPass.ROOM);
    }

    /** What a layer multiplies by: where masks are drawn, and where they are not. */
    private record Products(Supplier<DrawingProduct> drawing, ProductStrategy inference) {}

    private Products products(DenseOperands operands, Layer layer, Strategy strategy) {
        ProductStrategy unmasked = ProductStrategy.unmasked(backend);
        Optional<LayerMask> drawn = maskOf(layer);
        if (drawn.isEmpty()) {
            return shared(unmasked, unmasked);
        }
        LayerMask mask = drawn.get();
        boolean fixed = mask.spec().fixed();
        return switch (mask.spec().granularity()) {
            case NODE -> {
                ProductStrategy masked = ProductStrategy.nodeMasked(backend, mask);
                yield shared(masked, fixed ? masked : unmasked);
            }
            case CONNECTION -> {
                if (!fixed && !layer.masksBatch()) {
                    yield new Products(() -> DrawingProduct.masked(operands, mask, strategy), unmasked);
                }
                long size = (long) operands.inputs() * operands.outputs();
                ProductStrategy masked = ProductStrategy.weightMasked(backend, mask, workspace.allocate(size));
                yield shared(masked, fixed ? masked : unmasked);
            }
        };
    }

    // One product that keeps nothing of a batch.
    private static Products shared(ProductStrategy drawing, ProductStrategy inference) {
        return new Products(() -> DrawingProduct.of(drawing), inference);
    }

    // A mask that is the identity is no mask.
    private Optional<LayerMask> maskOf(Layer layer) {
        return layer.drawnMask().filter(spec -> !spec.isIdentity()).map(spec -> new LayerMask(spec, number, state));
    }
}

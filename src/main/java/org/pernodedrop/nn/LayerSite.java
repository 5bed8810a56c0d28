package org.pernodedrop.nn;

import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.WindowShape;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.strategy.Strategy;

/**
 * Where a layer works: its place in a network.
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
record LayerSite(
        Backend backend,
        StepState state,
        int number,
        Shape input,
        boolean inputGradient,
        List<Parameter> parameters,
        List<Statistic> statistics,
        Workspace workspace) {

    /** Puts a layer to work. */
    LayerPass place(Layer layer) {
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
            return new ActivationPass(backend, activation.activation(), input.size());
        }
        if (layer instanceof Dropout || layer instanceof GaussianDropout) {
            return new DropoutPass(backend, maskOf(layer).orElse(null), input.size());
        }
        if (layer instanceof Pooling2D pooling) {
            return new PoolingPass(backend, pooling.windows().on(input), pooling instanceof MaxPool2D);
        }
        if (layer instanceof Flatten) {
            return new FlattenPass();
        }
        if (layer instanceof BatchNormalization normalization) {
            return new NormalizationPass(backend, normalization, input, parameters, statistics, workspace);
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
    private record Products(Supplier<DenseProduct> drawing, DenseProduct inference) {}

    private Products products(DenseOperands operands, Layer layer, Strategy strategy) {
        DenseProduct plain = new PlainProduct(operands);
        Optional<LayerMask> drawn = maskOf(layer);
        if (drawn.isEmpty()) {
            return new Products(() -> plain, plain);
        }
        LayerMask mask = drawn.get();
        boolean fixed = mask.spec().fixed();
        return switch (mask.spec().granularity()) {
            case NODE -> shared(new NodeProduct(operands, mask), fixed, plain);
            case CONNECTION ->
                fixed || layer.masksBatch()
                        ? shared(new WeightMaskProduct(operands, mask, workspace), fixed, plain)
                        : new Products(() -> new ConnectionProduct(operands, mask, strategy), plain);
        };
    }

    // One product that keeps nothing of a batch.
    private static Products shared(DenseProduct masked, boolean fixed, DenseProduct plain) {
        return new Products(() -> masked, fixed ? masked : plain);
    }

    // A mask that is the identity is no mask.
    private Optional<LayerMask> maskOf(Layer layer) {
        return layer.drawnMask().filter(spec -> !spec.isIdentity()).map(spec -> new LayerMask(spec, number, state));
    }
}

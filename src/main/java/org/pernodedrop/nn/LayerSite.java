package org.pernodedrop.nn;

import java.util.List;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.backend.Workspace;
import org.pernodedrop.strategy.Strategy;

/**
 * Where a layer works: its place in a network.
 *
 * @param backend what computes
 * @param state the network's
 * @param number the layer's, from 0
 * @param input shape of a sample
 * @param parameters the layer's, in the order it asked for them
 * @param workspace for buffers as long-lived as the network
 */
record LayerSite(
        Backend backend, StepState state, int number, Shape input, List<Parameter> parameters, Workspace workspace) {

    /** Puts a layer to work. */
    LayerPass place(Layer layer) {
        if (layer instanceof Dense dense) {
            return dense(dense, layer);
        }
        if (layer instanceof PerNodeDropDense perNodeDrop) {
            return dense(perNodeDrop.dense(), layer);
        }
        if (layer instanceof DropConnectDense dropConnect) {
            return dense(dropConnect.dense(), layer);
        }
        if (layer instanceof ActivationLayer activation) {
            return new ActivationPass(backend, activation.activation(), input.size());
        }
        if (layer instanceof Dropout || layer instanceof GaussianDropout) {
            return new DropoutPass(backend, maskOf(layer).orElse(null), input.size());
        }
        throw new IllegalArgumentException("no pass is known for this kind of layer: layer=" + layer);
    }

    private LayerPass dense(Dense dense, Layer layer) {
        Parameter bias = dense.bias() ? parameters.get(1) : null;
        DenseOperands operands = new DenseOperands(
                backend,
                dense.activation(),
                Dense.positions(input),
                Dense.inputs(input),
                dense.units(),
                parameters.get(0),
                bias);
        DenseProduct plain = new PlainProduct(operands);
        Optional<LayerMask> drawn = maskOf(layer);
        if (drawn.isEmpty()) {
            return new DensePass(operands, plain, plain);
        }
        LayerMask mask = drawn.get();
        boolean fixed = mask.spec().fixed();
        DenseProduct masked =
                switch (mask.spec().granularity()) {
                    case NODE -> new NodeProduct(operands, mask);
                    case CONNECTION ->
                        fixed || layer.masksBatch()
                                ? new WeightMaskProduct(operands, mask, workspace)
                                : new ConnectionProduct(operands, mask, strategy(layer));
                };
        return new DensePass(operands, masked, fixed ? masked : plain);
    }

    private static Strategy strategy(Layer layer) {
        return layer instanceof PerNodeDropDense perNodeDrop ? perNodeDrop.strategy() : Strategy.AUTO;
    }

    // A mask that is the identity is no mask.
    private Optional<LayerMask> maskOf(Layer layer) {
        return layer.drawnMask().filter(spec -> !spec.isIdentity()).map(spec -> new LayerMask(spec, number, state));
    }
}

package org.pernodedrop.nn;

import java.util.List;
import java.util.Optional;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;

/**
 * An immutable description of a layer. It says what a layer is; what it computes on a device is the network's business.
 */
public sealed interface Layer
        permits Dense,
                PerNodeDropDense,
                DropConnectDense,
                Dropout,
                GaussianDropout,
                ActivationLayer,
                Conv2D,
                PerNodeDropConv2D,
                Pooling2D,
                Flatten,
                BatchNormalization {
    /**
     * Shape of a sample's output.
     *
     * @throws IllegalArgumentException if the layer cannot take such an input
     */
    Shape outputShape(Shape input);

    /** The parameters it needs for such an input, in the order in which they lie in memory. */
    default List<ParameterSpec> parameters(Shape input) {
        return List.of();
    }

    /** What it gathers in training for such an input and needs at inference, beside parameters; not trained. */
    default List<ParameterSpec> statistics(Shape input) {
        return List.of();
    }

    /** The mask it draws, also if that is the identity; empty for layers that never have one. */
    default Optional<MaskSpec> drawnMask() {
        return Optional.empty();
    }

    /** Shape of a sample's mask for such an input, {@code [I, U]}, or {@code [U]} with node granularity; if it draws one. */
    default Shape maskShape(Shape input) {
        Shape output = outputShape(input);
        boolean node = drawnMask()
                .filter(mask -> mask.granularity() == Granularity.NODE)
                .isPresent();
        return node ? Shape.of(output.size()) : Shape.of(Dense.inputs(input), Dense.inputs(output));
    }

    /** Whether one mask serves the whole batch, that of sample 0 at the step; fixed masks aside. */
    default boolean masksBatch() {
        return false;
    }

    /** Whether noise is drawn at its outputs, so that no mask of connections exists. */
    default boolean drawsAtOutputs() {
        return false;
    }

    /** Its settings in a few words, for tables. */
    String settings();

    /** The name of its kind. */
    default String kind() {
        return getClass().getSimpleName();
    }
}

package org.pernodedrop.nn;

import java.util.Objects;
import org.pernodedrop.kernels.Activation;

/**
 * An activation on its own, {@code y = act(x)}, for use after layers that have none. Output shaped as the input, no
 * parameters, the same in training and at inference.
 *
 * @param activation act
 */
public record ActivationLayer(Activation activation) implements Layer {
    /** Refuses null. */
    public ActivationLayer {
        Objects.requireNonNull(activation, "activation");
    }

    /** The layer of an activation. */
    public static ActivationLayer of(Activation activation) {
        return new ActivationLayer(activation);
    }

    @Override
    public Shape outputShape(Shape input) {
        return input;
    }

    @Override
    public String settings() {
        return activation.toString();
    }
}

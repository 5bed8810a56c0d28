package org.pernodedrop.nn;

import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;

/**
 * Gradient descent at learning rate r: {@code v = momentum v + g; w = w - r v}, or with Nesterov's look-ahead {@code w
 * = w - r (g + momentum v)}; Sutskever et al. 2013.
 *
 * <pre>{@code Sgd.plain()   Sgd.momentum(0.9)   Sgd.nesterov(0.9)}</pre>
 *
 * @param momentum in [0, 1)
 * @param nesterov whether to look ahead
 */
public record Sgd(float momentum, boolean nesterov) implements Optimizer {
    /** Refuses a momentum out of range. */
    public Sgd {
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1): momentum=" + momentum);
        }
    }

    /** Without momentum. */
    public static Sgd plain() {
        return momentum(0);
    }

    /** With momentum. */
    public static Sgd momentum(double momentum) {
        return new Sgd((float) momentum, false);
    }

    /** With momentum and look-ahead. */
    public static Sgd nesterov(double momentum) {
        return new Sgd((float) momentum, true);
    }

    @Override
    public List<String> momentNames() {
        return List.of("velocity");
    }

    @Override
    public void update(
            Backend backend,
            StepState state,
            DeviceFloats parameters,
            DeviceFloats gradients,
            List<DeviceFloats> moments) {
        backend.optimizers().sgd(state, momentum, nesterov, parameters, gradients, moments.get(0));
    }

    @Override
    public String toString() {
        return "sgd" + (momentum == 0 ? "" : ", " + (nesterov ? "Nesterov " : "") + "momentum " + momentum);
    }
}

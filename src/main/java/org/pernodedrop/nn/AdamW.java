package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;

/**
 * Adam with decoupled weight decay: beside Adam's step every parameter, biases included, shrinks by {@code learning
 * rate x weightDecay} of itself; Loshchilov and Hutter 2019. The formula is {@link org.pernodedrop.backend.Optimizers#adam}'s.
 *
 * <pre>{@code AdamW.weightDecay(0.01)   AdamW.weightDecay(0.01).withBetas(0.9, 0.99)}</pre>
 *
 * @param settings constants
 */
public record AdamW(AdamSettings settings) implements Optimizer {
    /** Refuses null. */
    public AdamW {
        Objects.requireNonNull(settings, "settings");
    }

    /** With Adam's constants (beta1 0.9, beta2 0.999, epsilon 1e-8) and a weight decay, at least 0. */
    public static AdamW weightDecay(double weightDecay) {
        AdamSettings adam = Adam.standard().settings();
        return new AdamW(new AdamSettings(adam.beta1(), adam.beta2(), adam.epsilon(), (float) weightDecay));
    }

    /** The same with other decays of the means, both in [0, 1). */
    public AdamW withBetas(double beta1, double beta2) {
        return new AdamW(new AdamSettings((float) beta1, (float) beta2, settings.epsilon(), settings.weightDecay()));
    }

    /** The same with another epsilon, above 0. */
    public AdamW withEpsilon(double epsilon) {
        return new AdamW(new AdamSettings(settings.beta1(), settings.beta2(), (float) epsilon, settings.weightDecay()));
    }

    @Override
    public List<String> momentNames() {
        return Adam.MOMENTS;
    }

    @Override
    public void update(
            Backend backend,
            StepState state,
            DeviceFloats parameters,
            DeviceFloats gradients,
            List<DeviceFloats> moments) {
        backend.optimizers().adam(state, settings, parameters, gradients, moments.get(0), moments.get(1));
    }

    @Override
    public String toString() {
        return "adamw, weight decay " + settings.weightDecay() + ", betas " + settings.beta1() + " and "
                + settings.beta2() + ", epsilon " + settings.epsilon();
    }
}

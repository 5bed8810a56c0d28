package org.pernodedrop.nn;

import java.util.List;
import java.util.Objects;
import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;

/**
 * Adam: steps by the running mean of the gradients over the root of that of their squares; Kingma and Ba 2015. The
 * formula is {@link org.pernodedrop.backend.Optimizers#adam}'s.
 *
 * <pre>{@code Adam.standard()   Adam.standard().withBetas(0.9, 0.99)}</pre>
 *
 * @param settings constants, without weight decay
 */
public record Adam(AdamSettings settings) implements Optimizer {
    /** Names of the moments of {@link Adam} and {@link AdamW}. */
    static final List<String> MOMENTS = List.of("mean", "mean-square");

    private static final AdamSettings STANDARD = new AdamSettings(0.9f, 0.999f, 1e-8f, 0f);

    /** Refuses weight decay. */
    public Adam {
        Objects.requireNonNull(settings, "settings");
        if (settings.weightDecay() != 0) {
            throw new IllegalArgumentException(
                    "weightDecay must be 0 for Adam; use AdamW: weightDecay=" + settings.weightDecay());
        }
    }

    /** With the paper's constants: beta1 0.9, beta2 0.999, epsilon 1e-8. */
    public static Adam standard() {
        return new Adam(STANDARD);
    }

    /** The same with other decays of the means, both in [0, 1). */
    public Adam withBetas(double beta1, double beta2) {
        return new Adam(new AdamSettings((float) beta1, (float) beta2, settings.epsilon(), 0f));
    }

    /** The same with another epsilon, above 0. */
    public Adam withEpsilon(double epsilon) {
        return new Adam(new AdamSettings(settings.beta1(), settings.beta2(), (float) epsilon, 0f));
    }

    @Override
    public List<String> momentNames() {
        return MOMENTS;
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
        return "adam, betas " + settings.beta1() + " and " + settings.beta2() + ", epsilon " + settings.epsilon();
    }
}

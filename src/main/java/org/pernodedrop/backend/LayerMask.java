package org.pernodedrop.backend;

import java.util.Objects;
import org.pernodedrop.mask.LayerKey;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;

/**
 * Where an operation draws its mask from: what kind of mask, which layer, and whose step.
 *
 * @param spec what the mask is
 * @param layer number of the layer in network order, from 0
 * @param state holds seed and step
 */
public record LayerMask(MaskSpec spec, int layer, StepState state) {
    /** Refuses nulls and negative layers. */
    public LayerMask {
        Objects.requireNonNull(spec, "spec");
        Objects.requireNonNull(state, "state");
        if (layer < 0) {
            throw new IllegalArgumentException("layer must be at least 0: layer=" + layer);
        }
    }

    /** The mask at the current step, value by value. */
    public Mask current() {
        return at(state.step());
    }

    /**
     * The mask at a step, value by value; a fixed one is the same at all.
     *
     * @throws IllegalArgumentException unless the step is in [0, {@link StepState#LAST_STEP}]
     */
    public Mask at(long step) {
        if (spec.fixed()) {
            return new Mask(spec, LayerKey.of(state.seed(), layer), 0);
        }
        StepState.checkStep(step);
        return new Mask(spec, LayerKey.of(state.seed(), layer), (int) step);
    }
}

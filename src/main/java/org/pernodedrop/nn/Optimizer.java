package org.pernodedrop.nn;

import java.util.List;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.StepState;

/**
 * An immutable description of how parameters follow their gradients. What it remembers between steps (its moments) lies
 * in buffers of the network, one as long as the parameters for every name; the learning rate is the step state's.
 */
public sealed interface Optimizer permits Sgd, Adam, AdamW {
    /** Names of the moments, for checkpoints, in the order {@link #update} takes them. */
    List<String> momentNames();

    /**
     * One update of the parameters in place.
     *
     * @param state gives learning rate and step
     * @param moments as long as the parameters each, zero before the first update
     */
    void update(
            Backend backend,
            StepState state,
            DeviceFloats parameters,
            DeviceFloats gradients,
            List<DeviceFloats> moments);
}

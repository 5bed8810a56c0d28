package org.pernodedrop.backend;

/** Updates of parameters from gradients, and the step to the next. Arguments are right when they arrive. */
public interface OptimizerKernels {
    /** Implements {@link Backend#sgd}. */
    void sgd(StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v);

    /** Implements {@link Backend#adam}. */
    void adam(StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v);

    /** Implements {@link Backend#requireStep}. */
    void requireStep(StepState state);

    /** Implements {@link Backend#advance}. */
    void advance(StepState state);
}

package org.pernodedrop.backend;

/** Losses and their gradients. Arguments are right when they arrive; the gradient may be null. */
public interface LossKernels {
    /** Implements {@link Backend#softmaxCrossEntropy}. */
    void softmaxCrossEntropy(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals);

    /** Implements {@link Backend#meanSquaredError}. */
    void meanSquaredError(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals);
}

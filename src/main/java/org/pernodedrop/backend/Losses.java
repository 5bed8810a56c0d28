package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.atLeastOne;
import static org.pernodedrop.kernels.Arguments.notNull;

/** Losses and their gradients. */
public abstract class Losses extends BackendTheme {
    protected Losses(KernelRunner runner) {
        super(runner);
    }

    /** Outputs {@code [B, U]} of a batch, and what a loss writes: their gradient, unless null, and the totals. */
    public record Batch(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats values,
            DeviceFloats gradient,
            LossAccumulator totals) {}

    /**
     * Softmax cross-entropy of logits {@code [B, C]} against labels {@code [B]} in [0, C): adds loss and hits to the
     * totals and writes the gradient of the mean loss, {@code (softmax - onehot) / B}. A hit is a sample whose largest
     * logit, the first of equals, is its label's. Labels are trusted on accelerators; the CPU refuses those out of range.
     *
     * @param gradient {@code [B, C]}, or null if not wanted; may be the logits
     * @param state gives the step that a non-finite loss is reported with
     */
    public final void softmaxCrossEntropy(
            StepState state,
            int samples,
            int classes,
            DeviceFloats logits,
            DeviceInts labels,
            DeviceFloats gradient,
            LossAccumulator totals) {
        holds("logits", logits, atLeastOne("samples", samples) * atLeastOne("classes", classes));
        holds("labels", labels, samples);
        if (gradient != null) {
            holds("gradient", gradient, (long) samples * classes);
            distinctOrSame("logits", logits, "gradient", gradient);
        }
        run(() -> softmaxCrossEntropyKernel(
                new Batch(notNull("state", state), samples, classes, logits, gradient, notNull("totals", totals)),
                labels));
    }

    /** Computes {@link #softmaxCrossEntropy}. */
    protected abstract void softmaxCrossEntropyKernel(Batch batch, DeviceInts labels);

    /**
     * Mean squared error of predictions against targets, both {@code [B, U]}: a sample's loss is the mean over its U
     * outputs; the gradient is that of the mean over samples, {@code 2 (prediction - target) / (B U)}.
     *
     * @param gradient {@code [B, U]}, or null if not wanted; may be the predictions
     */
    public final void meanSquaredError(
            StepState state,
            int samples,
            int outputs,
            DeviceFloats predictions,
            DeviceFloats targets,
            DeviceFloats gradient,
            LossAccumulator totals) {
        holds("predictions", predictions, atLeastOne("samples", samples) * atLeastOne("outputs", outputs));
        holds("targets", targets, (long) samples * outputs);
        if (gradient != null) {
            holds("gradient", gradient, (long) samples * outputs);
            distinct("targets", targets, "gradient", gradient);
            distinctOrSame("predictions", predictions, "gradient", gradient);
        }
        run(() -> meanSquaredErrorKernel(
                new Batch(notNull("state", state), samples, outputs, predictions, gradient, notNull("totals", totals)),
                targets));
    }

    /** Computes {@link #meanSquaredError}. */
    protected abstract void meanSquaredErrorKernel(Batch batch, DeviceFloats targets);
}

package org.pernodedrop.backend;

import static org.pernodedrop.kernels.Arguments.notNull;

/** Updates of parameters from gradients, and the advance to the next step. */
public abstract class Optimizers extends BackendTheme {
    protected Optimizers(KernelRunner runner) {
        super(runner);
    }

    /**
     * Gradient descent with momentum mu at the state's learning rate r: {@code v = mu v + g; w = w - r v}; with Nesterov's
     * look-ahead {@code w = w - r (g + mu v)}.
     *
     * @param momentum mu, in [0, 1)
     */
    public final void sgd(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        notNull("state", state);
        if (!(momentum >= 0 && momentum < 1)) {
            throw new IllegalArgumentException("momentum must be in [0, 1): momentum=" + momentum);
        }
        checkOptimizer(w, g, v);
        runner.run(state, 0, () -> sgdKernel(state, momentum, nesterov, w, g, v));
    }

    /** Computes {@link #sgd}. */
    protected abstract void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v);

    /**
     * Adam at the state's learning rate r and step t - 1: {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w = w -
     * r (m / (1 - b1^t) / (sqrt(v / (1 - b2^t)) + epsilon) + decay w)}.
     */
    public final void adam(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        notNull("state", state);
        notNull("settings", settings);
        checkOptimizer(w, g, m);
        checkOptimizer(w, g, v);
        distinct("m", m, "v", v);
        runner.run(state, 0, () -> adamKernel(state, settings, w, g, m, v));
    }

    /** Computes {@link #adam}. */
    protected abstract void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v);

    /**
     * Refuses a state whose last step was made, so that an update need not begin what {@link #advance} would refuse. In a
     * graph, each replay refuses it beforehand.
     *
     * @throws IllegalStateException if the state is behind {@link StepState#LAST_STEP}
     */
    public final void requireStep(StepState state) {
        runner.run(notNull("state", state), 0, () -> requireStepKernel(state));
    }

    /** Computes {@link #requireStep}. */
    protected abstract void requireStepKernel(StepState state);

    /**
     * The next step: {@code step = step + 1}. From {@link StepState#LAST_STEP} on, this leads behind it, where there are no
     * masks and no further steps.
     *
     * @throws IllegalStateException as {@link #requireStep}
     */
    public final void advance(StepState state) {
        runner.run(notNull("state", state), 1, () -> advanceKernel(state));
    }

    /** Computes {@link #advance}. */
    protected abstract void advanceKernel(StepState state);

    private static void checkOptimizer(DeviceFloats w, DeviceFloats g, DeviceFloats moment) {
        holds("w", w, 1);
        equalLengths("w", w, "g", g);
        equalLengths("w", w, "moment", moment);
        distinct("w", w, "g", g);
        distinct("w", w, "moment", moment);
        distinct("g", g, "moment", moment);
    }
}

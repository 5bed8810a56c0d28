package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.AdamSettings;

/**
 * Updates of parameters from gradients.
 *
 * <p>Loops take the distances from w's index to the other arrays' indices. Where all are 0, as for buffers of their own
 * or for like slices, that is passed as a constant: the compiler needs one and the same index for vector instructions.
 */
final class Optimizers {
    private final WorkerPool pool;

    Optimizers(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code v = mu v + g; w = w - r v}; with Nesterov {@code w = w - r (g + mu v)}. */
    void sgd(CpuStepState state, float momentum, boolean nesterov, CpuFloats w, CpuFloats g, CpuFloats v) {
        float rate = state.currentLearningRate();
        int toG = g.offset - w.offset;
        int toV = v.offset - w.offset;
        Stretches.run(pool, (int) w.length(), 1, (index, from, to, worker) -> {
            int start = w.offset + from;
            int end = w.offset + to;
            if (nesterov) {
                if ((toG | toV) == 0) {
                    nesterov(w.array, g.array, 0, v.array, 0, start, end, momentum, rate);
                } else {
                    nesterov(w.array, g.array, toG, v.array, toV, start, end, momentum, rate);
                }
            } else if ((toG | toV) == 0) {
                momentum(w.array, g.array, 0, v.array, 0, start, end, momentum, rate);
            } else {
                momentum(w.array, g.array, toG, v.array, toV, start, end, momentum, rate);
            }
        });
    }

    private static void momentum(
            float[] w, float[] g, int toG, float[] v, int toV, int start, int end, float momentum, float rate) {
        for (int k = start; k < end; k++) {
            float velocity = momentum * v[k + toV] + g[k + toG];
            v[k + toV] = velocity;
            w[k] -= rate * velocity;
        }
    }

    private static void nesterov(
            float[] w, float[] g, int toG, float[] v, int toV, int start, int end, float momentum, float rate) {
        for (int k = start; k < end; k++) {
            float gradient = g[k + toG];
            float velocity = momentum * v[k + toV] + gradient;
            v[k + toV] = velocity;
            w[k] -= rate * (gradient + momentum * velocity);
        }
    }

    /** {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w = w - r (m^ / (sqrt(v^) + epsilon) + decay w)}. */
    void adam(CpuStepState state, AdamSettings settings, CpuFloats w, CpuFloats g, CpuFloats m, CpuFloats v) {
        double t = state.currentStep() + 1.0;
        double rate = state.currentLearningRate();
        // r / (1 - b1^t), 1 / sqrt(1 - b2^t) and r decay: the same for all elements.
        float pace = (float) (rate / (1 - Math.pow(settings.beta1(), t)));
        float rootScale = (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2(), t)));
        float decay = (float) (rate * settings.weightDecay());
        int toG = g.offset - w.offset;
        int toM = m.offset - w.offset;
        int toV = v.offset - w.offset;
        Stretches.run(pool, (int) w.length(), 4, (index, from, to, worker) -> {
            int start = w.offset + from;
            int end = w.offset + to;
            if ((toG | toM | toV) == 0) {
                adam(w.array, g.array, 0, m.array, 0, v.array, 0, start, end, settings, pace, rootScale, decay);
            } else {
                adam(w.array, g.array, toG, m.array, toM, v.array, toV, start, end, settings, pace, rootScale, decay);
            }
        });
    }

    private static void adam(
            float[] w,
            float[] g,
            int toG,
            float[] m,
            int toM,
            float[] v,
            int toV,
            int start,
            int end,
            AdamSettings settings,
            float pace,
            float rootScale,
            float decay) {
        float beta1 = settings.beta1();
        float beta2 = settings.beta2();
        float rest1 = 1f - beta1;
        float rest2 = 1f - beta2;
        float epsilon = settings.epsilon();
        for (int k = start; k < end; k++) {
            float gradient = g[k + toG];
            float mean = beta1 * m[k + toM] + rest1 * gradient;
            float square = beta2 * v[k + toV] + rest2 * gradient * gradient;
            float old = w[k];
            m[k + toM] = mean;
            v[k + toV] = square;
            w[k] = old - pace * mean / ((float) Math.sqrt(square) * rootScale + epsilon) - decay * old;
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.StepState;

/** Updates of parameters from gradients. */
final class Optimizers {
    private final WorkerPool pool;

    Optimizers(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code v = mu v + g; w = w - r v}; with Nesterov {@code w = w - r (g + mu v)}. */
    void sgd(StepState state, float momentum, boolean nesterov, CpuFloats w, CpuFloats g, CpuFloats v) {
        float rate = state.learningRate();
        Stretches.run(pool, (int) w.length(), 1, (index, from, to, worker) -> {
            if (nesterov) {
                for (int k = from; k < to; k++) {
                    float gradient = g.array[g.offset + k];
                    float velocity = momentum * v.array[v.offset + k] + gradient;
                    v.array[v.offset + k] = velocity;
                    w.array[w.offset + k] -= rate * (gradient + momentum * velocity);
                }
            } else {
                for (int k = from; k < to; k++) {
                    float velocity = momentum * v.array[v.offset + k] + g.array[g.offset + k];
                    v.array[v.offset + k] = velocity;
                    w.array[w.offset + k] -= rate * velocity;
                }
            }
        });
    }

    /** {@code m = b1 m + (1 - b1) g; v = b2 v + (1 - b2) g^2; w = w - r (m^ / (sqrt(v^) + epsilon) + decay w)}. */
    void adam(StepState state, AdamSettings settings, CpuFloats w, CpuFloats g, CpuFloats m, CpuFloats v) {
        double t = state.step() + 1.0;
        double rate = state.learningRate();
        float beta1 = settings.beta1();
        float beta2 = settings.beta2();
        float rest1 = 1f - beta1;
        float rest2 = 1f - beta2;
        float epsilon = settings.epsilon();
        float pace = (float) (rate / (1 - Math.pow(beta1, t)));
        float rootScale = (float) (1 / Math.sqrt(1 - Math.pow(beta2, t)));
        float decay = (float) (rate * settings.weightDecay());
        Stretches.run(pool, (int) w.length(), 4, (index, from, to, worker) -> {
            for (int k = from; k < to; k++) {
                float gradient = g.array[g.offset + k];
                float mean = beta1 * m.array[m.offset + k] + rest1 * gradient;
                float square = beta2 * v.array[v.offset + k] + rest2 * gradient * gradient;
                float old = w.array[w.offset + k];
                m.array[m.offset + k] = mean;
                v.array[v.offset + k] = square;
                w.array[w.offset + k] =
                        old - pace * mean / ((float) Math.sqrt(square) * rootScale + epsilon) - decay * old;
            }
        });
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.AdamSettings;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Optimizers;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/**
 * Updates of parameters from gradients, and the step to the next.
 *
 * <p>Loops take the distances from w's index to the other arrays' indices. Where all are 0, as for buffers of their own
 * or for like slices, that is passed as a constant: the compiler needs one and the same index for vector instructions.
 */
final class CpuOptimizers extends Optimizers {
    private final WorkerPool pool;
    private final CpuGate gate;

    CpuOptimizers(KernelRunner runner, WorkerPool pool, CpuGate gate) {
        super(runner);
        this.pool = pool;
        this.gate = gate;
    }

    @Override
    protected void sgdKernel(
            StepState state, float momentum, boolean nesterov, DeviceFloats w, DeviceFloats g, DeviceFloats v) {
        CpuStepState ownState = CpuStepState.of(state);
        ownState.requireStep();
        float rate = ownState.currentLearningRate();
        CpuFloats ownW = CpuFloats.of(w);
        CpuFloats ownG = CpuFloats.of(g);
        CpuFloats ownV = CpuFloats.of(v);
        int toG = ownG.offset - ownW.offset;
        int toV = ownV.offset - ownW.offset;
        Chunks.run(pool, (int) w.length(), 1, (index, from, to, worker) -> {
            int start = ownW.offset + from;
            int end = ownW.offset + to;
            if (nesterov) {
                if ((toG | toV) == 0) {
                    nesterov(ownW.array, ownG.array, 0, ownV.array, 0, start, end, momentum, rate);
                } else {
                    nesterov(ownW.array, ownG.array, toG, ownV.array, toV, start, end, momentum, rate);
                }
            } else if ((toG | toV) == 0) {
                momentum(ownW.array, ownG.array, 0, ownV.array, 0, start, end, momentum, rate);
            } else {
                momentum(ownW.array, ownG.array, toG, ownV.array, toV, start, end, momentum, rate);
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

    @Override
    protected void adamKernel(
            StepState state, AdamSettings settings, DeviceFloats w, DeviceFloats g, DeviceFloats m, DeviceFloats v) {
        CpuStepState ownState = CpuStepState.of(state);
        ownState.requireStep();
        CpuFloats ownW = CpuFloats.of(w);
        CpuFloats ownG = CpuFloats.of(g);
        CpuFloats ownM = CpuFloats.of(m);
        CpuFloats ownV = CpuFloats.of(v);
        double t = ownState.currentStep() + 1.0;
        double rate = ownState.currentLearningRate();
        // r / (1 - b1^t), 1 / sqrt(1 - b2^t) and r decay: the same for all elements.
        float pace = (float) (rate / (1 - Math.pow(settings.beta1(), t)));
        float rootScale = (float) (1 / Math.sqrt(1 - Math.pow(settings.beta2(), t)));
        float decay = (float) (rate * settings.weightDecay());
        AdamStep step = new AdamStep(settings, pace, rootScale, decay);
        int toG = ownG.offset - ownW.offset;
        int toM = ownM.offset - ownW.offset;
        int toV = ownV.offset - ownW.offset;
        float[] weights = ownW.array;
        float[] gradients = ownG.array;
        float[] means = ownM.array;
        float[] squares = ownV.array;
        Chunks.run(pool, (int) w.length(), 4, (index, from, to, worker) -> {
            int start = ownW.offset + from;
            int end = ownW.offset + to;
            if ((toG | toM | toV) == 0) {
                adam(weights, gradients, 0, means, 0, squares, 0, start, end, step);
            } else {
                adam(weights, gradients, toG, means, toM, squares, toV, start, end, step);
            }
        });
    }

    private record AdamStep(AdamSettings settings, float pace, float rootScale, float decay) {}

    private static void adam(
            float[] w, float[] g, int toG, float[] m, int toM, float[] v, int toV, int start, int end, AdamStep step) {
        float pace = step.pace();
        float rootScale = step.rootScale();
        float decay = step.decay();
        float beta1 = step.settings().beta1();
        float beta2 = step.settings().beta2();
        float rest1 = 1f - beta1;
        float rest2 = 1f - beta2;
        float epsilon = step.settings().epsilon();
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

    @Override
    protected void requireStepKernel(StepState state) {
        gate.requireOpen();
        CpuStepState.of(state).requireStep();
    }

    @Override
    protected void advanceKernel(StepState state) {
        gate.requireOpen();
        CpuStepState.of(state).advance();
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Losses;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/**
 * Losses and their gradients. Samples are summed in doubles, first within chunks of the batch, then chunk by
 * chunk, so that sums don't depend on the number of threads.
 */
final class CpuLosses extends Losses {
    // What an exponential costs, in multiply-adds.
    private static final int FUNCTION_WORK = 16;

    private final WorkerPool pool;
    private double[] losses = new double[0];
    private int[] hits = new int[0];

    CpuLosses(KernelRunner runner, WorkerPool pool) {
        super(runner);
        this.pool = pool;
    }

    @Override
    protected void softmaxCrossEntropyKernel(Batch batch, DeviceInts labels) {
        int samples = batch.samples();
        int classes = batch.outputs();
        CpuStepState ownState = CpuStepState.of(batch.state());
        CpuFloats ownLogits = CpuFloats.of(batch.values());
        CpuInts ownLabels = CpuInts.of(labels);
        CpuFloats ownGradient = CpuFloats.of(batch.gradient());
        CpuLossAccumulator ownTotals = CpuLossAccumulator.of(batch.totals());
        checkLabels(samples, classes, ownLabels);
        long work = (long) classes * FUNCTION_WORK;
        int chunks = reserve(samples, work);
        Chunks.run(pool, samples, work, (index, from, to, worker) -> {
            double loss = 0;
            int correct = 0;
            for (int b = from; b < to; b++) {
                float[] x = ownLogits.array;
                int row = ownLogits.offset + b * classes;
                int label = ownLabels.array[ownLabels.offset + b];
                int largest = largest(x, row, classes);
                float top = x[row + largest];
                float wanted = x[row + label];
                double sum = 0;
                for (int c = 0; c < classes; c++) {
                    sum += Math.exp((double) x[row + c] - top);
                }
                loss += Math.log(sum) + top - wanted;
                correct += largest == label && !Double.isNaN(sum) ? 1 : 0;
                if (ownGradient != null) {
                    softmaxGradient(x, row, classes, label, top, sum, samples, ownGradient, b);
                }
            }
            losses[index] = loss;
            hits[index] = correct;
        });
        gather(ownState, samples, chunks, ownTotals);
    }

    @Override
    protected void meanSquaredErrorKernel(Batch batch, DeviceFloats targets) {
        int samples = batch.samples();
        int outputs = batch.outputs();
        CpuStepState ownState = CpuStepState.of(batch.state());
        CpuFloats ownPredictions = CpuFloats.of(batch.values());
        CpuFloats ownTargets = CpuFloats.of(targets);
        CpuFloats ownGradient = CpuFloats.of(batch.gradient());
        CpuLossAccumulator ownTotals = CpuLossAccumulator.of(batch.totals());
        int chunks = reserve(samples, outputs);
        double factor = 2.0 / ((double) samples * outputs);
        Chunks.run(pool, samples, outputs, (index, from, to, worker) -> {
            double loss = 0;
            for (int b = from; b < to; b++) {
                double sum = 0;
                for (int u = 0; u < outputs; u++) {
                    int k = b * outputs + u;
                    double error = (double) ownPredictions.array[ownPredictions.offset + k]
                            - ownTargets.array[ownTargets.offset + k];
                    sum += error * error;
                    if (ownGradient != null) {
                        ownGradient.array[ownGradient.offset + k] = (float) (factor * error);
                    }
                }
                loss += sum / outputs;
            }
            losses[index] = loss;
            hits[index] = 0;
        });
        gather(ownState, samples, chunks, ownTotals);
    }

    private static void softmaxGradient(
            float[] x, int row, int classes, int label, float top, double sum, int samples, CpuFloats gradient, int b) {
        int target = gradient.offset + b * classes;
        double scale = 1 / (sum * samples);
        for (int c = 0; c < classes; c++) {
            double share = Math.exp((double) x[row + c] - top) * scale;
            gradient.array[target + c] = (float) (c == label ? share - 1.0 / samples : share);
        }
    }

    private static int largest(float[] x, int row, int classes) {
        int largest = 0;
        for (int c = 1; c < classes; c++) {
            if (x[row + c] > x[row + largest]) {
                largest = c;
            }
        }
        return largest;
    }

    private static void checkLabels(int samples, int classes, CpuInts labels) {
        for (int b = 0; b < samples; b++) {
            int label = labels.array[labels.offset + b];
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException(
                        "labels must be in [0, classes): row=" + b + ", label=" + label + ", classes=" + classes);
            }
        }
    }

    private int reserve(int samples, long work) {
        int chunks = Chunks.number(samples, work);
        if (losses.length < chunks) {
            losses = new double[chunks];
            hits = new int[chunks];
        }
        return chunks;
    }

    private void gather(CpuStepState state, int samples, int chunks, CpuLossAccumulator totals) {
        double loss = 0;
        int correct = 0;
        for (int k = 0; k < chunks; k++) {
            loss += losses[k];
            correct += hits[k];
        }
        totals.add(loss, samples, correct, state.currentStep());
    }
}

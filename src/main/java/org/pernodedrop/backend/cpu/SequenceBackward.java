package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.SequenceMask.OUTPUTS;

import dev.ludovic.netlib.blas.BLAS;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Mask;

/**
 * Both backward products where positions share a mask. A task is some inputs, with their rows of dw and columns of dx: it
 * goes through the samples in ascending order, so that nothing is added up between tasks.
 *
 * @param dx null if not wanted
 */
record SequenceBackward(
        BLAS blas,
        Mask mask,
        float scale,
        int firstSample,
        ConnectionShape shape,
        CpuFloats x,
        CpuFloats w,
        CpuFloats dz,
        CpuFloats dx,
        CpuFloats dw) {
    private static final int MOST_TASKS_OF_FEW_INPUTS = 8;
    private static final int FEWEST_INPUTS = 16;

    /** Inputs of a task: a power of two that leaves some tasks to share out. */
    private int stretch() {
        int stretch = SequenceMask.INPUTS;
        while (stretch > FEWEST_INPUTS && stretch * MOST_TASKS_OF_FEW_INPUTS > shape.inputs()) {
            stretch /= 2;
        }
        return stretch;
    }

    int tasks() {
        return (shape.inputs() + stretch() - 1) / stretch();
    }

    /** Computes one task. */
    void run(int task, SequenceWorker worker) {
        int input = task * stretch();
        int rows = Math.min(stretch(), shape.inputs() - input);
        for (int sample = 0; sample < shape.samples(); sample++) {
            for (int output = 0; output < shape.outputs(); output += OUTPUTS) {
                int columns = Math.min(OUTPUTS, shape.outputs() - output);
                worker.mask.draw(mask, firstSample + sample, input, rows, output, columns);
                if (dx != null) {
                    addInputGradient(sample, input, rows, output, columns, worker);
                }
                addWeightGradient(sample, input, rows, output, columns, worker);
            }
        }
    }

    // BLAS counts by columns and so sees the transposes: dx' += tile dz'.
    private void addInputGradient(int sample, int input, int rows, int output, int columns, SequenceWorker worker) {
        int from = w.offset + input * shape.outputs() + output;
        worker.mask.apply(w.array, from, shape.outputs(), worker.tile, 0, OUTPUTS);
        blas.sgemm(
                "T",
                "N",
                rows,
                shape.positions(),
                columns,
                scale,
                worker.tile,
                0,
                OUTPUTS,
                dz.array,
                dz.offset + sample * shape.positions() * shape.outputs() + output,
                shape.outputs(),
                output == 0 ? 0 : 1,
                dx.array,
                dx.offset + sample * shape.positions() * shape.inputs() + input,
                shape.inputs());
    }

    // tile' = dz' x, then masked.
    private void addWeightGradient(int sample, int input, int rows, int output, int columns, SequenceWorker worker) {
        blas.sgemm(
                "N",
                "T",
                columns,
                rows,
                shape.positions(),
                scale,
                dz.array,
                dz.offset + sample * shape.positions() * shape.outputs() + output,
                shape.outputs(),
                x.array,
                x.offset + sample * shape.positions() * shape.inputs() + input,
                shape.inputs(),
                0,
                worker.tile,
                0,
                OUTPUTS);
        int to = dw.offset + input * shape.outputs() + output;
        if (sample == 0) {
            worker.mask.apply(worker.tile, 0, OUTPUTS, dw.array, to, shape.outputs());
        } else {
            worker.mask.add(worker.tile, 0, OUTPUTS, dw.array, to, shape.outputs());
        }
    }
}

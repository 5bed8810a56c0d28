package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.SequenceMask.INPUTS;
import static org.pernodedrop.backend.cpu.SequenceMask.OUTPUTS;

import dev.ludovic.netlib.blas.BLAS;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Mask;

/**
 * The forward product where positions share a mask. A task is one sample and up to {@value SequenceMask#OUTPUTS} outputs:
 * weights are masked rectangle by rectangle, and each rectangle is multiplied with all positions of the sample.
 */
record SequenceForward(
        BLAS blas,
        Mask mask,
        float scale,
        int firstSample,
        ConnectionShape shape,
        Activation activation,
        CpuFloats x,
        CpuFloats w,
        CpuFloats bias,
        CpuFloats z,
        CpuFloats y) {

    private int groups() {
        return (shape.outputs() + OUTPUTS - 1) / OUTPUTS;
    }

    int tasks() {
        return shape.samples() * groups();
    }

    /** Computes one task. */
    void run(int task, SequenceWorker worker) {
        int sample = task / groups();
        int output = task % groups() * OUTPUTS;
        int columns = Math.min(OUTPUTS, shape.outputs() - output);
        for (int input = 0; input < shape.inputs(); input += INPUTS) {
            int rows = Math.min(INPUTS, shape.inputs() - input);
            worker.mask.draw(mask, firstSample + sample, input, rows, output, columns);
            int from = w.offset + input * shape.outputs() + output;
            worker.mask.apply(w.array, from, shape.outputs(), worker.tile, 0, OUTPUTS);
            // BLAS counts by columns and so sees the transposes: z' += tile' x'.
            blas.sgemm(
                    "N",
                    "N",
                    columns,
                    shape.positions(),
                    rows,
                    scale,
                    worker.tile,
                    0,
                    OUTPUTS,
                    x.array,
                    x.offset + sample * shape.positions() * shape.inputs() + input,
                    shape.inputs(),
                    input == 0 ? 0 : 1,
                    z.array,
                    z.offset + sample * shape.positions() * shape.outputs() + output,
                    shape.outputs());
        }
        finish(sample, output, columns);
    }

    private void finish(int sample, int output, int columns) {
        for (int t = 0; t < shape.positions(); t++) {
            int at = (sample * shape.positions() + t) * shape.outputs() + output;
            for (int u = 0; bias != null && u < columns; u++) {
                z.array[z.offset + at + u] += bias.array[bias.offset + output + u];
            }
            Activations.forward(activation, z.array, z.offset + at, y.array, y.offset + at, columns);
        }
    }
}

package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.INPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.mask.Mask;

/**
 * One forward product, shared out by blocks of outputs and stretches of samples. A task walks over the inputs in chunks:
 * it packs a chunk of weights once and serves all its samples with it. Every sum runs over the inputs in ascending
 * order, so the sharing does not show in the result.
 *
 * @param bias a row; null for none
 * @param y null if nobody wants it beside z
 * @param packed receives the kept bits; null if nobody wants them
 */
record ConnectionForward(
        ConnectionTiles tiles,
        Mask mask,
        int firstSample,
        Activation activation,
        int samples,
        int inputs,
        int outputs,
        HostMatrix x,
        HostMatrix w,
        HostMatrix bias,
        HostMatrix z,
        HostMatrix y,
        PackedTiles packed) {

    private int blocks() {
        return (outputs + OUTPUTS - 1) / OUTPUTS;
    }

    /** Number of tasks if each takes at most {@code stretch} samples. */
    int tasks(int stretch) {
        return blocks() * ((samples + stretch - 1) / stretch);
    }

    /** Computes one task. */
    void run(int task, int stretch, TileScratch scratch) {
        int block = task % blocks();
        int first = task / blocks() * stretch;
        int count = Math.min(stretch, samples - first);
        int tileRows = (count + SAMPLES - 1) / SAMPLES * SAMPLES;
        Arrays.fill(scratch.forwardSums, 0, tileRows * OUTPUTS, 0f);
        for (int from = 0; from < inputs; from += INPUTS) {
            int width = Math.min(INPUTS, inputs - from);
            packWeights(block, from, width, scratch.forwardW);
            for (int b = 0; b < count; b += SAMPLES) {
                packInputs(first + b, Math.min(SAMPLES, count - b), from, width, scratch.forwardX);
                addTile(block, first + b, from, width, b * OUTPUTS, scratch);
            }
        }
        finish(block, first, count, scratch);
    }

    private void addTile(int block, int sample, int from, int width, int sumsAt, TileScratch scratch) {
        float[] sums = scratch.forwardSums;
        int quad = from / QUAD;
        int drawn = firstSample + sample;
        if (!mask.spec().noise().usesNormals()) {
            int quads = (width + QUAD - 1) / QUAD;
            tiles.drawOrKeepAll(mask, drawn, quad, quads, block, 1, scratch);
            if (packed != null) {
                packed.store(scratch.kept, sample, quad, quads, block);
            }
            tiles.forwardKept(sums, sumsAt, scratch.forwardX, scratch.forwardW, width, scratch.kept);
            return;
        }
        int rows = Math.min(SAMPLES, samples - sample);
        for (int j = 0; j < width; j += QUAD) {
            tiles.drawMultipliers(mask, drawn, rows, quad + j / QUAD, block, scratch);
            int part = Math.min(QUAD, width - j);
            tiles.forwardMultipliers(sums, sumsAt, scratch.forwardX, scratch.forwardW, j, part, scratch.multipliers);
        }
    }

    private void packWeights(int block, int from, int width, float[] to) {
        int columns = Math.min(OUTPUTS, outputs - block * OUTPUTS);
        for (int j = 0; j < width; j++) {
            w.get(from + j, block * OUTPUTS, columns, to, j * OUTPUTS);
            Arrays.fill(to, j * OUTPUTS + columns, (j + 1) * OUTPUTS, 0f);
        }
    }

    private void packInputs(int sample, int rows, int from, int width, float[] to) {
        for (int b = 0; b < rows; b++) {
            x.get(sample + b, from, width, to, b * INPUTS);
        }
        Arrays.fill(to, rows * INPUTS, SAMPLES * INPUTS, 0f);
    }

    // The packed operands are no longer needed: their room serves the bias and a row of y.
    private void finish(int block, int first, int count, TileScratch scratch) {
        float[] sums = scratch.forwardSums;
        float[] biases = scratch.forwardW;
        float[] activated = scratch.forwardX;
        float scale =
                mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
        int column = block * OUTPUTS;
        int columns = Math.min(OUTPUTS, outputs - column);
        if (bias != null) {
            bias.get(0, column, columns, biases, 0);
        }
        for (int b = 0; b < count; b++) {
            int at = b * OUTPUTS;
            for (int u = 0; u < columns; u++) {
                sums[at + u] *= scale;
            }
            if (bias != null) {
                for (int u = 0; u < columns; u++) {
                    sums[at + u] += biases[u];
                }
            }
            z.put(first + b, column, columns, sums, at);
            if (y != null && y != z) {
                Activations.forward(activation, sums, at, activated, 0, columns);
                y.put(first + b, column, columns, activated, 0);
            }
        }
    }
}

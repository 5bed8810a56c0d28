package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.INPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.mask.Mask;

/**
 * One forward product, shared out by blocks of outputs and stretches of samples. A task walks over the inputs in chunks:
 * it packs a chunk of weights once and serves all its samples with it. Every sum runs over the inputs in ascending
 * order, so the sharing does not show in the result.
 *
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
        CpuFloats x,
        CpuFloats w,
        CpuFloats bias,
        CpuFloats z,
        CpuFloats y,
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
        finish(block, first, count, scratch.forwardSums);
    }

    private void addTile(int block, int sample, int from, int width, int sumsAt, TileScratch scratch) {
        float[] sums = scratch.forwardSums;
        int quad = from / QUAD;
        int drawn = firstSample + sample;
        if (!mask.spec().noise().usesNormals()) {
            int quads = (width + QUAD - 1) / QUAD;
            tiles.drawKept(mask, drawn, quad, quads, block, 1, scratch);
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
            int source = w.offset + (from + j) * outputs + block * OUTPUTS;
            System.arraycopy(w.array, source, to, j * OUTPUTS, columns);
            Arrays.fill(to, j * OUTPUTS + columns, (j + 1) * OUTPUTS, 0f);
        }
    }

    private void packInputs(int sample, int rows, int from, int width, float[] to) {
        for (int b = 0; b < rows; b++) {
            System.arraycopy(x.array, x.offset + (sample + b) * inputs + from, to, b * INPUTS, width);
        }
        Arrays.fill(to, rows * INPUTS, SAMPLES * INPUTS, 0f);
    }

    private void finish(int block, int first, int count, float[] sums) {
        float scale =
                mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
        int columns = Math.min(OUTPUTS, outputs - block * OUTPUTS);
        for (int b = 0; b < count; b++) {
            int at = (first + b) * outputs + block * OUTPUTS;
            int zAt = z.offset + at;
            for (int u = 0; u < columns; u++) {
                z.array[zAt + u] = scale * sums[b * OUTPUTS + u];
            }
            if (bias != null) {
                int biasAt = bias.offset + block * OUTPUTS;
                for (int u = 0; u < columns; u++) {
                    z.array[zAt + u] += bias.array[biasAt + u];
                }
            }
            Activations.forward(activation, z.array, zAt, y.array, y.offset + at, columns);
        }
    }
}

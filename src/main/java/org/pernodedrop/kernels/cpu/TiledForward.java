package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.INPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.kernels.ForwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Mask;

/**
 * One forward product, split into tasks by blocks of outputs and ranges of samples. A task walks over the inputs, up to
 * {@value Tiles#INPUTS} at a time: it packs their weights once and serves all its samples with them. Every sum runs over
 * the inputs in ascending order, so the result does not depend on the split.
 */
record TiledForward(Tiles tiles, MaskDraw<Mask, PackedTiles> draw, ForwardPass<HostMatrix> pass) {
    private int samples() {
        return draw.shape().rows();
    }

    private int blocks() {
        return (draw.shape().outputs() + OUTPUTS - 1) / OUTPUTS;
    }

    /** Number of tasks if each takes at most {@code samplesPerTask} samples. */
    int tasks(int samplesPerTask) {
        return blocks() * ((samples() + samplesPerTask - 1) / samplesPerTask);
    }

    /** Computes one task. */
    void run(int task, int samplesPerTask, TileScratch scratch) {
        int block = task % blocks();
        int first = task / blocks() * samplesPerTask;
        int count = Math.min(samplesPerTask, samples() - first);
        int tileRows = (count + SAMPLES - 1) / SAMPLES * SAMPLES;
        int inputs = draw.shape().inputs();
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
        Mask mask = draw.mask();
        int quad = from / QUAD;
        int drawn = draw.firstSample() + sample;
        if (!mask.spec().noise().usesNormals()) {
            int quads = (width + QUAD - 1) / QUAD;
            tiles.drawOrKeepAll(mask, drawn, quad, quads, block, 1, scratch);
            if (draw.packed() != null) {
                draw.packed().store(scratch.kept, sample, quad, quads, block);
            }
            tiles.forwardKept(scratch, sumsAt, width);
            return;
        }
        int rows = Math.min(SAMPLES, samples() - sample);
        for (int j = 0; j < width; j += QUAD) {
            tiles.drawMultipliers(mask, drawn, rows, quad + j / QUAD, block, scratch);
            tiles.forwardMultipliers(scratch, sumsAt, j, Math.min(QUAD, width - j));
        }
    }

    private void packWeights(int block, int from, int width, float[] to) {
        int columns = Math.min(OUTPUTS, draw.shape().outputs() - block * OUTPUTS);
        for (int j = 0; j < width; j++) {
            pass.w().get(from + j, block * OUTPUTS, columns, to, j * OUTPUTS);
            Arrays.fill(to, j * OUTPUTS + columns, (j + 1) * OUTPUTS, 0f);
        }
    }

    private void packInputs(int sample, int rows, int from, int width, float[] to) {
        for (int b = 0; b < rows; b++) {
            pass.x().get(sample + b, from, width, to, b * INPUTS);
        }
        Arrays.fill(to, rows * INPUTS, SAMPLES * INPUTS, 0f);
    }

    // The packed operands are no longer needed: their room serves the bias and a row of y.
    private void finish(int block, int first, int count, TileScratch scratch) {
        float[] sums = scratch.forwardSums;
        float[] biases = scratch.forwardW;
        float[] activated = scratch.forwardX;
        float scale = TiledProducts.scale(draw.mask());
        int column = block * OUTPUTS;
        int columns = Math.min(OUTPUTS, draw.shape().outputs() - column);
        if (pass.bias() != null) {
            pass.bias().get(0, column, columns, biases, 0);
        }
        for (int b = 0; b < count; b++) {
            int at = b * OUTPUTS;
            for (int u = 0; u < columns; u++) {
                sums[at + u] *= scale;
            }
            if (pass.bias() != null) {
                for (int u = 0; u < columns; u++) {
                    sums[at + u] += biases[u];
                }
            }
            pass.z().put(first + b, column, columns, sums, at);
            if (pass.y() != null && pass.y() != pass.z()) {
                Activations.forward(pass.activation(), sums, at, activated, 0, columns);
                pass.y().put(first + b, column, columns, activated, 0);
            }
        }
    }
}

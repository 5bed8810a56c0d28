package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.PARTIALS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.mask.Mask;

/**
 * Both backward products in one pass over the mask, shared out by quads of inputs: a task owns the rows of dw and the
 * columns of dx of its four inputs, so nothing is added up between tasks.
 *
 * @param dz rows of {@code width} floats, a multiple of a tile's outputs; what is beyond the outputs is 0
 * @param dx null if not wanted
 */
record ConnectionBackward(
        ConnectionTiles tiles,
        Mask mask,
        int firstSample,
        int samples,
        int inputs,
        int outputs,
        CpuFloats x,
        CpuFloats w,
        float[] dz,
        int dzAt,
        int width,
        CpuFloats dx,
        CpuFloats dw) {

    int tasks() {
        return (inputs + QUAD - 1) / QUAD;
    }

    /** Computes the task of one quad of inputs. */
    void run(int quad, TileScratch scratch) {
        int rows = Math.min(QUAD, inputs - quad * QUAD);
        scratch.reserveRows(width);
        packWeights(quad, rows, scratch.backwardW);
        Arrays.fill(scratch.backwardDw, 0, QUAD * width, 0f);
        for (int first = 0; first < samples; first += SAMPLES) {
            int count = Math.min(SAMPLES, samples - first);
            packInputs(quad, rows, first, count, scratch.backwardX);
            Arrays.fill(scratch.partials, 0f);
            for (int block = 0; block * OUTPUTS < width; block++) {
                addTile(quad, first, count, block, scratch);
            }
            if (dx != null) {
                finishInputGradient(quad, rows, first, count, scratch.partials);
            }
        }
        finishWeightGradient(quad, rows, scratch.backwardDw);
    }

    private void addTile(int quad, int first, int count, int block, TileScratch scratch) {
        int at = block * OUTPUTS;
        int z = dzAt + first * width + at;
        int drawn = firstSample + first;
        float[] xs = scratch.backwardX;
        float[] ws = scratch.backwardW;
        float[] dws = scratch.backwardDw;
        if (mask.spec().noise().usesNormals()) {
            tiles.drawMultipliers(mask, drawn, count, quad, block, scratch);
            tiles.backwardMultipliers(
                    dz, z, width, count, xs, ws, dws, at, width, scratch.partials, scratch.multipliers);
        } else {
            tiles.drawKept(mask, drawn, quad, 1, block, scratch);
            tiles.backwardKept(dz, z, width, count, xs, ws, dws, at, width, scratch.partials, scratch.kept);
        }
    }

    private void packWeights(int quad, int rows, float[] to) {
        Arrays.fill(to, 0, QUAD * width, 0f);
        for (int j = 0; j < rows; j++) {
            System.arraycopy(w.array, w.offset + (quad * QUAD + j) * outputs, to, j * width, outputs);
        }
    }

    private void packInputs(int quad, int rows, int first, int count, float[] to) {
        Arrays.fill(to, 0f);
        for (int b = 0; b < count; b++) {
            System.arraycopy(x.array, x.offset + (first + b) * inputs + quad * QUAD, to, b * QUAD, rows);
        }
    }

    private float scale() {
        return mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
    }

    private void finishInputGradient(int quad, int rows, int first, int count, float[] partials) {
        float scale = scale();
        for (int b = 0; b < count; b++) {
            int to = dx.offset + (first + b) * inputs + quad * QUAD;
            for (int j = 0; j < rows; j++) {
                int at = (b * QUAD + j) * PARTIALS;
                // A fixed tree, so that every twin adds in the same order.
                for (int half = PARTIALS / 2; half > 0; half /= 2) {
                    for (int l = 0; l < half; l++) {
                        partials[at + l] += partials[at + half + l];
                    }
                }
                dx.array[to + j] = scale * partials[at];
            }
        }
    }

    private void finishWeightGradient(int quad, int rows, float[] from) {
        float scale = scale();
        for (int j = 0; j < rows; j++) {
            int to = dw.offset + (quad * QUAD + j) * outputs;
            for (int u = 0; u < outputs; u++) {
                dw.array[to + u] = scale * from[j * width + u];
            }
        }
    }
}

package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.DRAWN_QUADS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.PARTIALS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.mask.Mask;

/**
 * Both backward products in one pass over the mask, shared out by quads of inputs: a task owns the rows of dw and the
 * columns of dx of its four inputs, so nothing is added up between tasks.
 *
 * @param dz rows of {@code width} floats, a multiple of a tile's outputs; what is beyond the outputs is 0
 * @param dx null if not wanted
 * @param dw null if not wanted
 * @param packed the kept bits; null to draw them
 */
record ConnectionBackward(
        ConnectionTiles tiles,
        Mask mask,
        int firstSample,
        int samples,
        int inputs,
        int outputs,
        HostMatrix x,
        HostMatrix w,
        float[] dz,
        int dzAt,
        int width,
        HostMatrix dx,
        HostMatrix dw,
        PackedTiles packed) {

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
            if (mask.spec().noise().usesNormals()) {
                addDisturbed(quad, first, count, scratch);
            } else {
                addKept(quad, first, count, scratch);
            }
            if (dx != null) {
                finishInputGradient(quad, rows, first, count, scratch);
            }
        }
        if (dw != null) {
            finishWeightGradient(quad, rows, scratch.backwardDw);
        }
    }

    private void addKept(int quad, int first, int count, TileScratch s) {
        int blocks = width / OUTPUTS;
        if (packed != null) {
            addKept(0, blocks, first, count, s, packed.words(), packed.at(first, quad, 0));
            return;
        }
        for (int from = 0; from < blocks; from += DRAWN_QUADS) {
            int drawn = Math.min(DRAWN_QUADS, blocks - from);
            tiles.drawOrKeepAll(mask, firstSample + first, quad, 1, from, drawn, s);
            addKept(from, drawn, first, count, s, s.kept, 0);
        }
    }

    private void addKept(int from, int blocks, int first, int count, TileScratch s, int[] kept, int keptAt) {
        for (int k = 0; k < blocks; k++) {
            int at = (from + k) * OUTPUTS;
            int z = dzAt + first * width + at;
            int cell = keptAt + k * PackedTiles.CELL;
            tiles.backwardKept(
                    dz, z, width, count, s.backwardX, s.backwardW, s.backwardDw, at, width, s.partials, kept, cell);
        }
    }

    private void addDisturbed(int quad, int first, int count, TileScratch s) {
        for (int block = 0; block < width / OUTPUTS; block++) {
            int at = block * OUTPUTS;
            int z = dzAt + first * width + at;
            tiles.drawMultipliers(mask, firstSample + first, count, quad, block, s);
            tiles.backwardMultipliers(
                    dz, z, width, count, s.backwardX, s.backwardW, s.backwardDw, at, width, s.partials, s.multipliers);
        }
    }

    private void packWeights(int quad, int rows, float[] to) {
        for (int j = 0; j < QUAD; j++) {
            int columns = j < rows ? outputs : 0;
            w.get(quad * QUAD + j % rows, 0, columns, to, j * width);
            Arrays.fill(to, j * width + columns, (j + 1) * width, 0f);
        }
    }

    private void packInputs(int quad, int rows, int first, int count, float[] to) {
        Arrays.fill(to, 0f);
        for (int b = 0; b < count; b++) {
            x.get(first + b, quad * QUAD, rows, to, b * QUAD);
        }
    }

    private float scale() {
        return mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
    }

    private void finishInputGradient(int quad, int rows, int first, int count, TileScratch scratch) {
        float[] partials = scratch.partials;
        float[] row = scratch.backwardX;
        float scale = scale();
        tiles.sumPartials(partials, count * QUAD);
        for (int b = 0; b < count; b++) {
            for (int j = 0; j < rows; j++) {
                row[j] = scale * partials[(b * QUAD + j) * PARTIALS];
            }
            dx.put(first + b, quad * QUAD, rows, row, 0);
        }
    }

    private void finishWeightGradient(int quad, int rows, float[] from) {
        float scale = scale();
        for (int j = 0; j < rows; j++) {
            for (int u = 0; u < outputs; u++) {
                from[j * width + u] *= scale;
            }
            dw.put(quad * QUAD + j, 0, outputs, from, j * width);
        }
    }
}

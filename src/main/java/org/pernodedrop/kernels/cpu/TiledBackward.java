package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.DRAWN_QUADS;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.PARTIALS;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import java.util.Arrays;
import org.pernodedrop.kernels.BackwardPass;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.MaskDraw;
import org.pernodedrop.mask.Mask;

/**
 * The gradients of inputs and weights in one pass over the mask, split into tasks by quads of inputs: a task owns the rows
 * of dw and the columns of dx of its four inputs, so tasks add nothing up between them.
 *
 * @param dz rows of {@code width} floats, a multiple of a tile's outputs; 0 beyond the layer's outputs
 * @param dzAt where the first row begins
 */
record TiledBackward(
        Tiles tiles, MaskDraw<Mask, PackedTiles> draw, BackwardPass<HostMatrix> pass, float[] dz, int dzAt, int width) {

    int tasks() {
        return (draw.shape().inputs() + QUAD - 1) / QUAD;
    }

    /** Computes the task of one quad of inputs. */
    void run(int quad, TileScratch scratch) {
        int samples = draw.shape().rows();
        int rows = Math.min(QUAD, draw.shape().inputs() - quad * QUAD);
        scratch.reserveRows(width);
        packWeights(quad, rows, scratch.backwardW);
        Arrays.fill(scratch.backwardDw, 0, QUAD * width, 0f);
        for (int first = 0; first < samples; first += SAMPLES) {
            int count = Math.min(SAMPLES, samples - first);
            packInputs(quad, rows, first, count, scratch.backwardX);
            Arrays.fill(scratch.partials, 0f);
            if (draw.mask().spec().noise().usesNormals()) {
                addNoisy(quad, first, count, scratch);
            } else {
                addKept(quad, first, count, scratch);
            }
            if (pass.dx() != null) {
                finishInputGradient(quad, rows, first, count, scratch);
            }
        }
        if (pass.dw() != null) {
            finishWeightGradient(quad, rows, scratch.backwardDw);
        }
    }

    private void addKept(int quad, int first, int count, TileScratch scratch) {
        int blocks = width / OUTPUTS;
        PackedTiles packed = draw.packed();
        if (packed != null) {
            addKept(0, blocks, first, count, scratch, packed.words(), packed.at(first, quad, 0));
            return;
        }
        for (int from = 0; from < blocks; from += DRAWN_QUADS) {
            int drawn = Math.min(DRAWN_QUADS, blocks - from);
            tiles.drawOrKeepAll(draw.mask(), draw.firstSample() + first, quad, 1, from, drawn, scratch);
            addKept(from, drawn, first, count, scratch, scratch.kept, 0);
        }
    }

    private void addKept(int from, int blocks, int first, int count, TileScratch scratch, int[] kept, int keptAt) {
        for (int k = 0; k < blocks; k++) {
            int at = (from + k) * OUTPUTS;
            int row = dzAt + first * width + at;
            tiles.backwardKept(scratch, dz, row, count, at, width, kept, keptAt + k * PackedTiles.CELL);
        }
    }

    private void addNoisy(int quad, int first, int count, TileScratch scratch) {
        for (int block = 0; block < width / OUTPUTS; block++) {
            int at = block * OUTPUTS;
            tiles.drawMultipliers(draw.mask(), draw.firstSample() + first, count, quad, block, scratch);
            tiles.backwardMultipliers(scratch, dz, dzAt + first * width + at, count, at, width);
        }
    }

    private void packWeights(int quad, int rows, float[] to) {
        for (int j = 0; j < QUAD; j++) {
            int columns = j < rows ? draw.shape().outputs() : 0;
            pass.w().get(quad * QUAD + j % rows, 0, columns, to, j * width);
            Arrays.fill(to, j * width + columns, (j + 1) * width, 0f);
        }
    }

    private void packInputs(int quad, int rows, int first, int count, float[] to) {
        Arrays.fill(to, 0f);
        for (int b = 0; b < count; b++) {
            pass.x().get(first + b, quad * QUAD, rows, to, b * QUAD);
        }
    }

    private void finishInputGradient(int quad, int rows, int first, int count, TileScratch scratch) {
        float[] partials = scratch.partials;
        float[] row = scratch.backwardX;
        float scale = TiledProducts.scale(draw.mask());
        tiles.sumPartials(partials, count * QUAD);
        for (int b = 0; b < count; b++) {
            for (int j = 0; j < rows; j++) {
                row[j] = scale * partials[(b * QUAD + j) * PARTIALS];
            }
            pass.dx().put(first + b, quad * QUAD, rows, row, 0);
        }
    }

    private void finishWeightGradient(int quad, int rows, float[] from) {
        float scale = TiledProducts.scale(draw.mask());
        int outputs = draw.shape().outputs();
        for (int j = 0; j < rows; j++) {
            for (int u = 0; u < outputs; u++) {
                from[j * width + u] *= scale;
            }
            pass.dw().put(quad * QUAD + j, 0, outputs, from, j * width);
        }
    }
}

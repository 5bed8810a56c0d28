package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import org.pernodedrop.mask.Mask;

/**
 * One worker's memory for multi-position products: a rectangle of one sample's mask, drawn once and then applied to
 * matrices element by element, as kept bits, or as multipliers where noise is normal; and a tile of that size.
 */
final class MultiPositionMask {
    /** Inputs of a rectangle at most. */
    static final int INPUTS = QUAD * SAMPLES;

    /** Outputs of a rectangle at most, and the distance between the rows of a tile. */
    static final int OUTPUTS = 128;

    /** Masked weights {@code [INPUTS, OUTPUTS]}, or the gradient of the same rectangle before its mask. */
    final Tiles.Rows tile = new Tiles.Rows(new float[INPUTS * OUTPUTS], 0, OUTPUTS);

    private final Tiles tiles;
    private final TileScratch scratch;

    /** Allocated at the first normal noise: {@code m[i, u]} at {@code OUTPUTS i + u}. */
    private float[] multipliers = new float[0];

    private boolean normals;
    private int rows;
    private int columns;

    MultiPositionMask(Tiles tiles, TileScratch scratch) {
        this.tiles = tiles;
        this.scratch = scratch;
    }

    /** Inputs of the rectangle. */
    int rows() {
        return rows;
    }

    /** Outputs of the rectangle. */
    int columns() {
        return columns;
    }

    /**
     * Draws the rectangle of some inputs by some outputs.
     *
     * @param sample index in the global batch
     * @param input the first one, a multiple of the smallest power of two that holds {@code rows}
     * @param output the first one, a multiple of 32
     */
    void draw(Mask mask, int sample, int input, int rows, int output, int columns) {
        this.rows = rows;
        this.columns = columns;
        normals = mask.spec().noise().usesNormals();
        int block = output / Tiles.OUTPUTS;
        int blocks = (columns + Tiles.OUTPUTS - 1) / Tiles.OUTPUTS;
        if (!normals) {
            tiles.drawSample(mask, sample, input / QUAD, (rows + QUAD - 1) / QUAD, block, blocks, scratch);
            return;
        }
        if (multipliers.length == 0) {
            multipliers = new float[INPUTS * OUTPUTS];
        }
        for (int j = 0; j < rows; j += QUAD) {
            for (int k = 0; k < blocks; k++) {
                tiles.drawMultipliers(mask, sample, 1, (input + j) / QUAD, block + k, scratch);
                for (int row = 0; row < QUAD; row++) {
                    System.arraycopy(
                            scratch.multipliers,
                            row * SAMPLES * Tiles.OUTPUTS,
                            multipliers,
                            (j + row) * OUTPUTS + k * Tiles.OUTPUTS,
                            Tiles.OUTPUTS);
                }
            }
        }
    }

    /** {@code to[i, u] = from[i, u] m[i, u]}, with m = 1 where bits are kept. */
    void apply(Tiles.Rows from, Tiles.Rows to) {
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; normals && i < rows; i++) {
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < columns; u++) {
                targets[target + u] = sources[source + u] * multipliers[i * OUTPUTS + u];
            }
        }
        for (int u = 0; !normals && u < columns; u += Tiles.OUTPUTS) {
            int width = Math.min(Tiles.OUTPUTS, columns - u);
            tiles.setKept(from.from(u), to.from(u), rows, width, scratch.kept, cell(u));
        }
    }

    /** {@code to[i, u] += from[i, u] m[i, u]}, as {@link #apply}. */
    void add(Tiles.Rows from, Tiles.Rows to) {
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; normals && i < rows; i++) {
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < columns; u++) {
                targets[target + u] += sources[source + u] * multipliers[i * OUTPUTS + u];
            }
        }
        for (int u = 0; !normals && u < columns; u += Tiles.OUTPUTS) {
            int width = Math.min(Tiles.OUTPUTS, columns - u);
            tiles.addKept(from.from(u), to.from(u), rows, width, scratch.kept, cell(u));
        }
    }

    private static int cell(int column) {
        return column / Tiles.OUTPUTS * PackedTiles.CELL;
    }
}

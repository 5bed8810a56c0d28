package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import org.pernodedrop.mask.Mask;

/**
 * A rectangle of one sample's mask, drawn once and then applied to matrices element by element: kept bits, or multipliers
 * where noise is normal. One worker's memory.
 */
final class SequenceMask {
    /** Most inputs of a rectangle. */
    static final int INPUTS = QUAD * SAMPLES;

    /** Most outputs of a rectangle, and the distance between the rows of a tile. */
    static final int OUTPUTS = 128;

    private final ConnectionTiles tiles;
    private final TileScratch scratch;

    /** Allocated once they are needed: {@code m[i, u]} at {@code OUTPUTS i + u}. */
    private float[] multipliers = new float[0];

    private boolean normals;
    private int rows;
    private int columns;

    SequenceMask(ConnectionTiles tiles, TileScratch scratch) {
        this.tiles = tiles;
        this.scratch = scratch;
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
        int block = output / ConnectionTiles.OUTPUTS;
        int blocks = (columns + ConnectionTiles.OUTPUTS - 1) / ConnectionTiles.OUTPUTS;
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
                            row * SAMPLES * ConnectionTiles.OUTPUTS,
                            multipliers,
                            (j + row) * OUTPUTS + k * ConnectionTiles.OUTPUTS,
                            ConnectionTiles.OUTPUTS);
                }
            }
        }
    }

    /** {@code to[i, u] = from[i, u] m[i, u]}, with m = 1 where bits are kept: rows of {@code stride} and {@code toStride}. */
    void apply(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        for (int i = 0; normals && i < rows; i++) {
            for (int u = 0; u < columns; u++) {
                to[toAt + i * toStride + u] = from[at + i * stride + u] * multipliers[i * OUTPUTS + u];
            }
        }
        for (int u = 0; !normals && u < columns; u += ConnectionTiles.OUTPUTS) {
            int width = Math.min(ConnectionTiles.OUTPUTS, columns - u);
            tiles.setKept(from, at + u, stride, rows, width, scratch.kept, cell(u), to, toAt + u, toStride);
        }
    }

    /** {@code to[i, u] += from[i, u] m[i, u]}. */
    void add(float[] from, int at, int stride, float[] to, int toAt, int toStride) {
        for (int i = 0; normals && i < rows; i++) {
            for (int u = 0; u < columns; u++) {
                to[toAt + i * toStride + u] += from[at + i * stride + u] * multipliers[i * OUTPUTS + u];
            }
        }
        for (int u = 0; !normals && u < columns; u += ConnectionTiles.OUTPUTS) {
            int width = Math.min(ConnectionTiles.OUTPUTS, columns - u);
            tiles.addKept(from, at + u, stride, rows, width, scratch.kept, cell(u), to, toAt + u, toStride);
        }
    }

    private static int cell(int column) {
        return column / ConnectionTiles.OUTPUTS * PackedTiles.CELL;
    }
}

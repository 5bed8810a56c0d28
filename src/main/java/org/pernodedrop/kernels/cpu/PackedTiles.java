package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import org.pernodedrop.kernels.ConnectionShape;

/**
 * The layout of the kept bits that a forward pass leaves for the backward pass. A cell is 16 samples, a quad of inputs and
 * a block of 32 outputs: {@value #CELL} words in the order of {@link TileScratch#kept}. The blocks of a quad are adjacent,
 * so the backward pass reads them sequentially; then come quads, then samples.
 *
 * @param words holds {@link #length} words from {@code offset}
 */
public record PackedTiles(int[] words, int offset, int quads, int blocks) {
    /** Words of a cell. */
    static final int CELL = QUAD * SAMPLES;

    /** The cells of a layer in an array, from an offset. */
    public static PackedTiles in(int[] words, int offset, ConnectionShape shape) {
        return new PackedTiles(words, offset, (int) quads(shape), (int) blocks(shape));
    }

    /** Words of all cells; cells that reach beyond the shape count in full. */
    public static long length(ConnectionShape shape) {
        long tiles = (shape.samples() + SAMPLES - 1L) / SAMPLES;
        return tiles * quads(shape) * blocks(shape) * CELL;
    }

    /** Where a cell begins; {@code sample} is the first of its tile, counted within the call. */
    int at(int sample, int quad, int block) {
        return offset + ((sample / SAMPLES * quads + quad) * blocks + block) * CELL;
    }

    /** Copies the cells of some quads and one block from {@code kept}. */
    void store(int[] kept, int sample, int quad, int count, int block) {
        for (int q = 0; q < count; q++) {
            System.arraycopy(kept, q * CELL, words, at(sample, quad + q, block), CELL);
        }
    }

    private static long quads(ConnectionShape shape) {
        return (shape.inputs() + QUAD - 1L) / QUAD;
    }

    private static long blocks(ConnectionShape shape) {
        return (shape.outputs() + OUTPUTS - 1L) / OUTPUTS;
    }
}

package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.kernels.ConnectionShape;

/**
 * Where kept bits lie that the forward pass leaves for the backward pass. A cell is 16 samples, a quad of inputs and a
 * block of 32 outputs: {@value #CELL} words in the order of {@link ConnectionTiles}. The blocks of a quad follow one
 * another, so that the backward pass reads in one go what it walks over; then come quads, then samples.
 */
record PackedTiles(int[] words, int offset, int quads, int blocks) {
    /** Words of a cell. */
    static final int CELL = QUAD * SAMPLES;

    /** The cells in a buffer; null for none. */
    static PackedTiles of(DeviceInts buffer, ConnectionShape shape) {
        if (buffer == null) {
            return null;
        }
        CpuInts own = CpuInts.of(buffer);
        return in(own.array, own.offset, shape);
    }

    /** The cells in an array, from an offset. */
    static PackedTiles in(int[] words, int offset, ConnectionShape shape) {
        return new PackedTiles(words, offset, (int) quads(shape), (int) blocks(shape));
    }

    /** Words of all cells; samples, inputs and outputs count in full even where a cell reaches beyond the shape. */
    static long length(ConnectionShape shape) {
        long tiles = (shape.samples() + SAMPLES - 1L) / SAMPLES;
        return tiles * quads(shape) * blocks(shape) * CELL;
    }

    /** Where a cell begins; {@code sample} is the first of its tile, counted within the call. */
    int at(int sample, int quad, int block) {
        return offset + ((sample / SAMPLES * quads + quad) * blocks + block) * CELL;
    }

    /** Takes over the cells of some quads and one block. */
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

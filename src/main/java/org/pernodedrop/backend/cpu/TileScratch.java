package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.INPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.PARTIALS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import org.pernodedrop.mask.Philox;

/**
 * One worker's memory for tiles: the mask of one tile and the operands packed beside it. Its size depends on nothing but
 * the widest layer's outputs (four rows of weights and of their gradients); no mask is kept beyond a tile.
 */
final class TileScratch {
    /** Samples whose sums a forward task keeps at hand. */
    static final int FORWARD_SAMPLES = 128;

    final int[] kept = new int[INPUTS * SAMPLES];
    final float[] multipliers = new float[QUAD * SAMPLES * OUTPUTS];

    /** Philox keys by rounds, and what the lanes' own parts of a counter become in the first rounds. */
    final long[] schedule = new long[2 * Philox.ROUNDS];

    final long[] firstRound = new long[SAMPLES];
    final long[] secondRound = new long[SAMPLES];

    /** Philox words on their way to kept bits or normals. */
    final long[] words = new long[QUAD * SAMPLES];

    /** Numbers of a sample and of lanes: counters of normals. */
    final long[] counterZ = new long[SAMPLES];

    final long[] lanes = new long[SAMPLES];

    /** Words, kept bits and normals of one call. */
    final int[] callWords = new int[QUAD];

    final int[] callKept = new int[QUAD];
    final float[] callNormals = new float[QUAD];

    final int[] normalWords = new int[QUAD * OUTPUTS];

    /** Standard deviation of the multipliers, and the stages of 32 pairs of normals. */
    float sigma;

    final float[] radii = new float[OUTPUTS];

    final float[] angles = new float[OUTPUTS];
    final int[] quadrants = new int[OUTPUTS];
    final float[] sines = new float[OUTPUTS];
    final float[] cosines = new float[OUTPUTS];

    final float[] forwardSums = new float[FORWARD_SAMPLES * OUTPUTS];
    final float[] forwardX = new float[SAMPLES * INPUTS];
    final float[] forwardW = new float[INPUTS * OUTPUTS];

    final float[] backwardX = new float[SAMPLES * QUAD];
    final float[] partials = new float[SAMPLES * QUAD * PARTIALS];
    float[] backwardW = new float[0];
    float[] backwardDw = new float[0];

    /** Makes room for four rows of the given width. */
    void reserveRows(int width) {
        if (backwardW.length < QUAD * width) {
            backwardW = new float[QUAD * width];
            backwardDw = new float[QUAD * width];
        }
    }
}

package org.pernodedrop.kernels.cpu;

import static org.pernodedrop.kernels.cpu.Tiles.INPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.PARTIALS;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import org.pernodedrop.mask.Philox;

/**
 * One worker's memory for tiles: the mask of one tile and the operands packed beside it. Its size depends only on the
 * widest layer's outputs (four rows of weights and of their gradients); no mask outlives its tile. Layouts, with j the
 * number of an input from the first of the tile, b of a sample, u of an output.
 */
final class TileScratch {
    /** Samples whose sums a forward task keeps at most. */
    static final int FORWARD_SAMPLES = 128;

    /** Bit u of {@code kept[16 j + b]} says whether (b, j, u) is kept. */
    final int[] kept = new int[INPUTS * SAMPLES];

    /** {@code m[j, b, u]} at {@code (16 j + b) 32 + u}. */
    final float[] multipliers = new float[QUAD * SAMPLES * OUTPUTS];

    /** Forward: {@code sums[32 b + u]}, {@code x[64 b + j]}, {@code w[32 j + u]}. */
    final float[] forwardSums = new float[FORWARD_SAMPLES * OUTPUTS];

    final float[] forwardX = new float[SAMPLES * INPUTS];
    final float[] forwardW = new float[INPUTS * OUTPUTS];

    /** Backward: {@code x[4 b + j]}, {@code partials[(4 b + j) 16 + l]}, and four rows each of w and dw. */
    final float[] backwardX = new float[SAMPLES * QUAD];

    final float[] partials = new float[SAMPLES * QUAD * PARTIALS];
    float[] backwardW = new float[0];
    float[] backwardDw = new float[0];

    /** Vector implementation: Philox keys by rounds, and the lanes' own parts of a counter after the first two rounds. */
    final long[] schedule = new long[2 * Philox.ROUNDS];

    final long[] firstRound = new long[SAMPLES];
    final long[] secondRound = new long[SAMPLES];

    /** Philox words before they become kept bits or normals. */
    final long[] words = new long[QUAD * SAMPLES];

    /** Counters of normals: the sample's number in every lane, and the lanes' numbers. */
    final long[] counterZ = new long[SAMPLES];

    final long[] lanes = new long[SAMPLES];
    final int[] normalWords = new int[QUAD * OUTPUTS];

    /** Standard deviation of the multipliers, and the stages of 32 pairs of normals. */
    float sigma;

    final float[] radii = new float[OUTPUTS];
    final float[] angles = new float[OUTPUTS];
    final int[] quadrants = new int[OUTPUTS];
    final float[] sines = new float[OUTPUTS];
    final float[] cosines = new float[OUTPUTS];

    /** Scalar implementation: words, kept bits and normals of one Philox call. */
    final int[] callWords = new int[QUAD];

    final int[] callKept = new int[QUAD];
    final float[] callNormals = new float[QUAD];

    /** One scratch per worker of a pool. */
    static TileScratch[] of(WorkerPool pool) {
        TileScratch[] scratch = new TileScratch[pool.threads()];
        for (int worker = 0; worker < scratch.length; worker++) {
            scratch[worker] = new TileScratch();
        }
        return scratch;
    }

    /** Makes room for four rows of the given width. */
    void reserveRows(int width) {
        if (backwardW.length < QUAD * width) {
            backwardW = new float[QUAD * width];
            backwardDw = new float[QUAD * width];
        }
    }
}

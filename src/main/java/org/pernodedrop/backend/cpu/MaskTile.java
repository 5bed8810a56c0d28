package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.mask.Mask;

/**
 * Multipliers of one sample for a group of up to 4 inputs by a block of up to 32 outputs: as many as one Philox call (4
 * inputs) and one word of kept bits (32 outputs) serve. The values are those of {@link Mask#value}, bit for bit.
 */
final class MaskTile {
    /** Inputs of a group. */
    static final int INPUTS = 4;

    /** Outputs of a block, and the distance between rows of {@link #values}. */
    static final int OUTPUTS = 32;

    /** {@code m[i, u]} at {@code 32 i + u}, from the first input of the group and the first output of the block. */
    final float[] values = new float[INPUTS * OUTPUTS];

    private final int[] kept = new int[INPUTS];
    private final int[] words = new int[INPUTS];
    private final float[] normals = new float[INPUTS];

    /**
     * Draws the tile.
     *
     * @param sample index in the global batch; ignored for fixed masks
     * @param group number of the group of inputs
     * @param inputs rows wanted, in [1, 4]
     * @param block number of the block of outputs
     * @param outputs columns wanted, in [1, 32]
     */
    void draw(Mask mask, int sample, int group, int inputs, int block, int outputs) {
        int input = group * INPUTS;
        if (mask.spec().isIdentity()) {
            Arrays.fill(values, 1f);
            return;
        }
        switch (mask.spec().noise()) {
            case BERNOULLI -> {
                mask.keptBits(sample, input, block, words, kept);
                scaleKept(inputs, mask.spec().rate().scale());
            }
            case GAUSSIAN -> {
                Arrays.fill(kept, 0);
                disturbDropped(mask, sample, input, inputs, block, outputs);
            }
            case PARTIAL_GAUSSIAN -> {
                mask.keptBits(sample, input, block, words, kept);
                disturbDropped(mask, sample, input, inputs, block, outputs);
            }
        }
    }

    private void scaleKept(int inputs, float scale) {
        for (int i = 0; i < inputs; i++) {
            int bits = kept[i];
            for (int u = 0; u < OUTPUTS; u++) {
                values[i * OUTPUTS + u] = (bits >>> u & 1) * scale;
            }
        }
    }

    private void disturbDropped(Mask mask, int sample, int input, int inputs, int block, int outputs) {
        for (int u = 0; u < outputs; u++) {
            mask.normals(sample, input, block * OUTPUTS + u, words, normals);
            for (int i = 0; i < inputs; i++) {
                values[i * OUTPUTS + u] = (kept[i] >>> u & 1) != 0 ? 1f : mask.perturbed(normals[i]);
            }
        }
    }
}

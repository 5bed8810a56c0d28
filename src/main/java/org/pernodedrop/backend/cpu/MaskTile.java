package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.mask.BoxMuller;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Philox;

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
    private final int[] words = new int[4];

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
        MaskSpec spec = mask.spec();
        int b = spec.fixed() ? 0 : sample;
        if (spec.isIdentity()) {
            Arrays.fill(values, 1f);
            return;
        }
        switch (spec.noise()) {
            case BERNOULLI -> {
                drawKept(mask, b, group, inputs, block);
                scaleKept(inputs, spec.rate().scale());
            }
            case GAUSSIAN -> {
                Arrays.fill(kept, 0);
                disturbDropped(mask, b, group, inputs, block, outputs);
            }
            case PARTIAL_GAUSSIAN -> {
                drawKept(mask, b, group, inputs, block);
                disturbDropped(mask, b, group, inputs, block, outputs);
            }
        }
    }

    private void drawKept(Mask mask, int b, int group, int inputs, int block) {
        DropRate rate = mask.spec().rate();
        Arrays.fill(kept, 0);
        for (int k = rate.planes() - 1; k >= 0; k--) {
            generate(mask, block | k << Mask.PLANE_SHIFT, group, b);
            boolean digit = rate.digit(k);
            for (int i = 0; i < inputs; i++) {
                kept[i] = digit ? kept[i] | words[i] : kept[i] & words[i];
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

    private void disturbDropped(Mask mask, int b, int group, int inputs, int block, int outputs) {
        float sigma = mask.spec().rate().sigma();
        for (int u = 0; u < outputs; u++) {
            generate(mask, block * OUTPUTS + u | Mask.GAUSSIAN_DOMAIN, group, b);
            for (int i = 0; i < inputs; i++) {
                values[i * OUTPUTS + u] = (kept[i] >>> u & 1) != 0 ? 1f : Math.fma(sigma, normal(i), 1f);
            }
        }
    }

    private float normal(int i) {
        int pair = i & 2;
        int angle = words[pair + 1];
        return BoxMuller.radius(words[pair]) * ((i & 1) == 0 ? BoxMuller.sine(angle) : BoxMuller.cosine(angle));
    }

    private void generate(Mask mask, int x, int group, int b) {
        Philox.generate(x, group, b, mask.step(), mask.key().k0(), mask.key().k1(), words, 0);
    }
}

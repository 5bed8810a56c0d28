package org.pernodedrop.kernels;

import org.pernodedrop.mask.MaskSpec;

/**
 * Where a kernel on a GPU draws its mask from: the mask's distribution, the layer, and the state that holds seed and step.
 *
 * @param spec distribution of the mask
 * @param layer number of the layer, at least 0
 * @param state address of the state's 16 bytes: the seed's low and high words, the step, and a word that masks don't read
 */
public record DeviceMask(MaskSpec spec, int layer, long state) {
    /** What sums of kept terms are multiplied by: 1 for noise with normals, whose multipliers need no correction. */
    public float scale() {
        return spec.noise().usesNormals() ? 1 : spec.rate().scale();
    }
}

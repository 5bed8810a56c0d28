package org.pernodedrop.backend.cuda;

import org.pernodedrop.mask.MaskSpec;

/** Where an operation draws its mask from, with a state of this backend. */
record CudaMask(MaskSpec spec, int layer, CudaStepState state) {
    /** What sums are multiplied by: only bits cut, and only what they cut is made up for. */
    float scale() {
        return spec.noise().usesNormals() ? 1 : spec.rate().scale();
    }
}

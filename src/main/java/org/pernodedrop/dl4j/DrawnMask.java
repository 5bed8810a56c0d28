package org.pernodedrop.dl4j;

import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.MaskSpec;

/** The mask of a layer at a step, by the numbers that it follows from. */
record DrawnMask(MaskSpec spec, long seed, int layer, int step) {
    Mask values() {
        return Mask.of(spec, seed, layer, step);
    }
}

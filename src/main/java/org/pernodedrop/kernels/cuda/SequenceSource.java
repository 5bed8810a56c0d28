package org.pernodedrop.kernels.cuda;

import java.util.Locale;

/** Where a sequence kernel has its mask from. */
public enum SequenceSource {
    /** Drawn bits of one plane: p = 1/2. */
    ONE_PLANE,
    /** Drawn bits of any number of planes. */
    MANY_PLANES,
    /** Drawn normals. */
    GAUSSIAN,
    /** Drawn bits that say which connections get a drawn normal. */
    PARTIAL_GAUSSIAN;

    /** What holds the kernels of this source. */
    public PtxModule module(SequencePrecision precision) {
        return PtxModule.valueOf("SEQUENCE_" + name() + "_" + precision);
    }

    /** What the kernel of a pass is called in {@link #module}. */
    public String kernelName(ConnectionPass pass, SequencePrecision precision, SequenceTile tile) {
        return SequenceKernels.name(pass, this, precision, tile);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

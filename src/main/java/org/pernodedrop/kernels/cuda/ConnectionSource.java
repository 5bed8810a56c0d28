package org.pernodedrop.kernels.cuda;

import java.util.Locale;

/** Where a connection kernel has its mask from. */
public enum ConnectionSource {
    /** Drawn bits of one plane: p = 1/2. */
    ONE_PLANE(177),
    /** Drawn bits of two planes: p = 1/4 or 3/4. */
    TWO_PLANES(211),
    /** Drawn bits of any number of planes. */
    MANY_PLANES(350),
    /** Bits read from memory, packed by a forward pass or by {@code mask_pack}. */
    PACKED(145),
    /** Drawn normals. */
    GAUSSIAN(3000),
    /** Drawn bits that say which connections get a drawn normal. */
    PARTIAL_GAUSSIAN(3000),
    /** No mask: every multiplier is 1. */
    UNMASKED(115);

    private final int termCost;

    ConnectionSource(int termCost) {
        this.termCost = termCost;
    }

    /** Hundredths of an instruction for a term of a sum, about what the compiled loops issue. */
    int termCost() {
        return termCost;
    }

    boolean hasBits() {
        return this != GAUSSIAN && this != UNMASKED;
    }

    boolean hasNormals() {
        return this == GAUSSIAN || this == PARTIAL_GAUSSIAN;
    }

    /** What holds the kernels of this source. */
    public PtxModule module() {
        return PtxModule.valueOf("CONNECTION_" + name());
    }

    /** What the kernel of a pass is called in {@link #module}. */
    public String kernelName(ConnectionPass pass, ConnectionTile tile) {
        return ConnectionKernels.name(pass, this, tile);
    }

    String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}

package org.pernodedrop.kernels.cuda;

/** Blocks of a launch. */
public record Grid(int x, int y, int z) {
    private static final long MAX_YZ = 65_535;

    /** One block. */
    public static final Grid ONE = new Grid(1, 1, 1);

    /** @throws IllegalArgumentException if the GPU takes no such grid */
    public static Grid of(long x, long y, long z) {
        if (x > Integer.MAX_VALUE || y > MAX_YZ || z > MAX_YZ) {
            throw new IllegalArgumentException(
                    "the layer or batch is too large for a GPU's grid of 2^31 - 1 by 65535 by"
                            + " 65535 blocks; use a smaller one: blocks=" + x + " by " + y + " by " + z);
        }
        return new Grid((int) x, (int) y, (int) z);
    }

    @Override
    public String toString() {
        return x + " by " + y + " by " + z + " blocks";
    }
}

package org.pernodedrop.kernels;

/**
 * Arguments of a launch on a caller's GPU, besides the operands: stream, mask state and memory. All addresses are of that GPU's
 * memory, and stay the caller's.
 *
 * @param stream a {@code CUstream} or {@code cudaStream_t} as a number; 0 is the default stream
 * @param state address of the 16 bytes that decide which mask is drawn, a multiple of 16: the seed's low and high words, the
 *     step, and a word that is not read here
 * @param layer number of the layer, at least 0: layers of one seed have different masks
 * @param firstSample index of sample 0 in the global batch, at least 0
 * @param packed address of packed bits, a multiple of 16; 0 for none
 * @param workspace address of memory that no other work uses until the launch is done, a multiple of 16; 0 for none
 */
public record DeviceLaunch(long stream, long state, int layer, int firstSample, long packed, long workspace) {
    private static final int ALIGNMENT = 16;

    /** Refuses negative numbers, a missing state, and addresses that are no multiples of 16. */
    public DeviceLaunch {
        if (state == 0) {
            throw new IllegalArgumentException("state must not be 0; set 16 bytes of the GPU's memory by setState");
        }
        requireAligned("state", state);
        requireAligned("packed", packed);
        requireAligned("workspace", workspace);
        if (layer < 0) {
            throw new IllegalArgumentException("layer must be at least 0: layer=" + layer);
        }
        if (firstSample < 0) {
            throw new IllegalArgumentException("firstSample must be at least 0: firstSample=" + firstSample);
        }
    }

    private static void requireAligned(String name, long address) {
        if (address % ALIGNMENT != 0) {
            throw new IllegalArgumentException(name + " must lie at a multiple of " + ALIGNMENT + " bytes: " + name
                    + "=0x" + Long.toHexString(address));
        }
    }

    /** A launch without packed bits and workspace. */
    public static DeviceLaunch of(long stream, long state, int layer, int firstSample) {
        return new DeviceLaunch(stream, state, layer, firstSample, 0, 0);
    }

    /** The same with other packed bits. */
    public DeviceLaunch withPacked(long address) {
        return new DeviceLaunch(stream, state, layer, firstSample, address, workspace);
    }

    /** The same with another workspace. */
    public DeviceLaunch withWorkspace(long address) {
        return new DeviceLaunch(stream, state, layer, firstSample, packed, address);
    }
}

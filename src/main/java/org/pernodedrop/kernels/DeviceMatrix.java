package org.pernodedrop.kernels;

/**
 * A row-major matrix of floats in a GPU's memory: element (r, c) lies {@code 4 (r leadingDimension + c)} bytes from the
 * address. It owns nothing: the memory must stay valid until the GPU has finished the work that uses it.
 *
 * @param address of element (0, 0), as {@code cuMemAlloc} and {@code cudaMalloc} give it, or inside such memory; a multiple of 4
 * @param leadingDimension floats from a row to the next, in [1, 2^29)
 */
public record DeviceMatrix(long address, int leadingDimension) implements DeviceAddress {
    private static final int MAX = 1 << 29;

    /** Refuses address 0, addresses that no float has, and leading dimensions out of range. */
    public DeviceMatrix {
        if (address == 0 || address % Float.BYTES != 0) {
            throw new IllegalArgumentException("address must be that of a float, a multiple of 4 and not 0: address=0x"
                    + Long.toHexString(address));
        }
        if (leadingDimension < 1 || leadingDimension >= MAX) {
            throw new IllegalArgumentException(
                    "leadingDimension must be in [1, " + MAX + "): leadingDimension=" + leadingDimension);
        }
    }

    /** Bytes from the first element of so many rows and columns to behind the last. */
    public long bytes(int rows, int columns) {
        return Float.BYTES * ((rows - 1L) * leadingDimension + columns);
    }

    /** Whether so many rows and columns follow one another without gaps. */
    public boolean isGapless(int rows, int columns) {
        return rows == 1 || leadingDimension == columns;
    }
}

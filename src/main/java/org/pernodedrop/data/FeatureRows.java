package org.pernodedrop.data;

/** Where features come from, a row at a time, so that only the rows that are wanted are ever held as floats. */
@FunctionalInterface
interface FeatureRows {
    /** Largest byte value; pixels are scaled by it to [0, 1]. */
    float LARGEST_BYTE = 255;

    /** Writes the features of a row from {@code into[offset]} on. */
    void copy(int row, float[] into, int offset);

    /** Rows of a row-major array. */
    static FeatureRows of(float[] features, int featureCount) {
        return (row, into, offset) -> System.arraycopy(features, row * featureCount, into, offset, featureCount);
    }

    /** Writes unsigned bytes, scaled to [0, 1]. */
    static void copyPixels(byte[] pixels, int from, int count, float[] into, int offset) {
        for (int j = 0; j < count; j++) {
            into[offset + j] = Byte.toUnsignedInt(pixels[from + j]) / LARGEST_BYTE;
        }
    }
}

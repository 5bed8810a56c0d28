package org.pernodedrop.mask;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes the values of a mask as a NumPy array, without holding the mask in memory.
 *
 * <p>Draws four inputs (one Philox counter) and 32 outputs (one word) at a time; needs memory for a few rows of
 * outputs.
 */
public final class MaskExport {
    private static final int COUNTER_INPUTS = 4;

    // Rows longer than this are drawn input by input, in tiles of this many outputs.
    private static final int TILE = 1 << 16;

    private final Mask mask;
    private final MaskSpec spec;
    private final int inputs;
    private final int outputs;
    private final int[] words = new int[4];
    private final int[] kept = new int[4];
    private final float[] normals = new float[4];
    private final float[][] tile;

    private MaskExport(Mask mask, int inputs, int outputs) {
        this.mask = mask;
        this.spec = mask.spec();
        this.inputs = spec.granularity() == Granularity.NODE ? 1 : inputs;
        this.outputs = outputs;
        this.tile = new float[outputs > TILE ? 1 : COUNTER_INPUTS][Math.min(outputs, TILE)];
    }

    /**
     * Writes {@code m[b, i, u]} of one step as a float32 array {@code [samples, inputs, outputs]}, or
     * {@code [samples, outputs]} for node masks. A fixed mask is repeated for every sample.
     *
     * @param mask the layer's mask at the step
     * @param firstSample number of the first sample, at least 0
     * @param samples B, at least 1
     * @param inputs I, at least 1
     * @param outputs U, at least 1
     * @param file replaced if it exists, and unchanged unless all values are written
     * @return statistics of the values; of one sample if the mask is fixed, since the others are copies
     * @throws IllegalArgumentException if a size is below 1, or their product 2^61 or more
     * @throws IOException if the file cannot be written
     */
    public static MaskStatistics write(Mask mask, int firstSample, int samples, int inputs, int outputs, Path file)
            throws IOException {
        requirePositive("samples", samples);
        requirePositive("inputs", inputs);
        requirePositive("outputs", outputs);
        if (firstSample < 0 || firstSample > Integer.MAX_VALUE - samples) {
            throw new IllegalArgumentException("firstSample must be at least 0, and firstSample + samples below 2^31:"
                    + " firstSample=" + firstSample + ", samples=" + samples);
        }
        long[] shape = mask.spec().granularity() == Granularity.NODE
                ? new long[] {samples, outputs}
                : new long[] {samples, inputs, outputs};
        MaskStatistics statistics = new MaskStatistics(mask.spec());
        try (NpyFile npy = NpyFile.create(file, shape)) {
            MaskExport export = new MaskExport(mask, inputs, outputs);
            for (int b = firstSample; b < firstSample + samples; b++) {
                export.writeSample(b, b == firstSample, npy, statistics);
            }
            npy.commit();
        }
        return statistics;
    }

    private void writeSample(int b, boolean first, NpyFile npy, MaskStatistics statistics) throws IOException {
        // Positions are long: the last increment may exceed 2^31.
        for (long i = 0; i < inputs; i += tile.length) {
            int rows = (int) Math.min(tile.length, inputs - i);
            for (long u = 0; u < outputs; u += tile[0].length) {
                int width = (int) Math.min(tile[0].length, outputs - u);
                draw(b, (int) i, rows, (int) u, width);
                for (int row = 0; row < rows; row++) {
                    npy.write(tile[row], 0, width);
                    if (first || !spec.fixed()) {
                        statistics.add(tile[row], 0, width);
                    }
                }
            }
        }
    }

    // Fills tile[row][j] with m[b, i + row, u + j]; u is a multiple of 32, and i of 4 if there are several rows.
    private void draw(int b, int i, int rows, int u, int width) {
        for (int j = 0; j < width; j += 32) {
            int end = Math.min(j + 32, width);
            if (spec.noise().usesBits() || spec.isIdentity()) {
                mask.keptBits(b, i, u + j >>> 5, words, kept);
                fillBits(i, rows, j, end);
            }
            if (spec.noise().usesNormals() && !spec.isIdentity()) {
                fillNormals(b, i, rows, u, j, end);
            }
        }
    }

    private void fillBits(int i, int rows, int from, int end) {
        float keptValue = spec.noise() == Noise.BERNOULLI ? spec.rate().scale() : 1f;
        for (int row = 0; row < rows; row++) {
            int bits = kept[i + row & 3];
            for (int j = from; j < end; j++) {
                tile[row][j] = (bits >>> (j - from) & 1) != 0 ? keptValue : 0f;
            }
        }
    }

    // Fills every value of a Gaussian mask, and the dropped values (0) of a partial Gaussian one.
    private void fillNormals(int b, int i, int rows, int u, int from, int end) {
        boolean partial = spec.noise() == Noise.PARTIAL_GAUSSIAN;
        for (int j = from; j < end; j++) {
            mask.normals(b, i, u + j, words, normals);
            for (int row = 0; row < rows; row++) {
                if (!partial || tile[row][j] == 0f) {
                    tile[row][j] = mask.perturbed(normals[i + row & 3]);
                }
            }
        }
    }

    private static void requirePositive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(name + " must be at least 1: " + name + "=" + value);
        }
    }
}

package org.pernodedrop.data;

import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Examples in the form of their source (pixels as bytes), before selected rows become a {@link Dataset}. Components as
 * there.
 *
 * @param sourceRow maps a row to its number in the source
 */
record Examples(
        String name,
        FeatureRows rows,
        int[] labels,
        int[] exampleShape,
        List<String> classNames,
        IntUnaryOperator sourceRow) {
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    /** All examples of a source, in its order. */
    Examples(String name, FeatureRows rows, int[] labels, int[] exampleShape, List<String> classNames) {
        this(name, rows, labels, exampleShape, classNames, IntUnaryOperator.identity());
    }

    /** All rows. */
    Dataset all() {
        return select(IntStream.range(0, labels.length).toArray());
    }

    /** Only the given rows, in this order. */
    Examples keep(int[] wanted) {
        return new Examples(
                name,
                (row, into, offset) -> rows.copy(wanted[row], into, offset),
                IntStream.of(wanted).map(row -> labels[row]).toArray(),
                exampleShape,
                classNames,
                row -> sourceRow.applyAsInt(wanted[row]));
    }

    /** The given rows, in this order. */
    Dataset select(int[] wanted) {
        int featureCount = Dataset.product(exampleShape);
        float[] features = allocate(wanted.length, featureCount);
        int[] selected = new int[wanted.length];
        for (int j = 0; j < wanted.length; j++) {
            rows.copy(wanted[j], features, j * featureCount);
            selected[j] = labels[wanted[j]];
        }
        int[] sourceRows = IntStream.of(wanted).map(sourceRow).toArray();
        return new Dataset(name, features, selected, exampleShape, classNames, sourceRows);
    }

    private float[] allocate(int examples, int featureCount) {
        long size = (long) examples * featureCount;
        if (size > MAX_ARRAY_LENGTH) {
            throw new DataException("data must hold fewer than 2^31 features in all: " + name + " has " + examples
                    + " examples of " + featureCount + " features; use a limit of at most "
                    + MAX_ARRAY_LENGTH / featureCount + " examples");
        }
        try {
            return new float[(int) size];
        } catch (OutOfMemoryError e) {
            throw new DataException(
                    "data must fit into Java's memory of "
                            + (Runtime.getRuntime().maxMemory() >> 20) + " MiB: " + name + " needs "
                            + (size * Float.BYTES >> 20) + " MiB for " + examples
                            + " examples; use a limit, or more memory (java -Xmx)",
                    e);
        }
    }

    /** Produces features row by row, so that only selected rows are converted to floats. */
    @FunctionalInterface
    interface FeatureRows {
        /** Largest byte value: pixels are divided by it. */
        float MAX_BYTE = 255;

        /** Writes the features of a row from {@code into[offset]} on. */
        void copy(int row, float[] into, int offset);

        /** Rows of a row-major array. */
        static FeatureRows of(float[] features, int featureCount) {
            return (row, into, offset) -> System.arraycopy(features, row * featureCount, into, offset, featureCount);
        }

        /** Writes unsigned bytes, scaled to [0, 1]. */
        static void copyPixels(byte[] pixels, int from, int count, float[] into, int offset) {
            for (int j = 0; j < count; j++) {
                into[offset + j] = Byte.toUnsignedInt(pixels[from + j]) / MAX_BYTE;
            }
        }
    }
}

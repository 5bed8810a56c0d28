package org.pernodedrop.data;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.pernodedrop.data.Examples.FeatureRows;

/**
 * Labelled examples in memory.
 *
 * <p>Immutable by convention: arrays are not copied, and only a {@link Standardizer} writes to them, before training
 * starts.
 */
public final class Dataset {
    private final String name;
    private final float[] features;
    private final int[] labels;
    private final int[] exampleShape;
    private final List<String> classNames;
    private final int featureCount;
    private final int[] sourceRows;

    /**
     * Uses the given arrays, without copies.
     *
     * @param name of the data in messages
     * @param features row-major [examples, features], all finite
     * @param labels [examples], each in [0, classes); at least one
     * @param exampleShape sizes of one example, each at least 1, such as {28, 28}, {32, 32, 3} (channels last) or {57};
     *     their product is the number of features
     * @param classNames one name a class; at least one
     * @throws IllegalArgumentException if these disagree, a label is out of range or a feature is not finite
     */
    public Dataset(String name, float[] features, int[] labels, int[] exampleShape, List<String> classNames) {
        this(name, features, labels, exampleShape, classNames, null);
    }

    // Null source rows are the row numbers.
    Dataset(
            String name,
            float[] features,
            int[] labels,
            int[] exampleShape,
            List<String> classNames,
            int[] sourceRows) {
        this.name = name;
        this.features = features;
        this.labels = labels;
        this.exampleShape = exampleShape.clone();
        this.classNames = List.copyOf(classNames);
        this.featureCount = product(exampleShape);
        this.sourceRows = sourceRows;
        if (classNames.isEmpty()) {
            throw new IllegalArgumentException("classNames must hold at least one name: classNames=[]");
        }
        if (labels.length == 0) {
            throw new IllegalArgumentException("labels must hold at least one example: labels.length=0");
        }
        if (features.length != (long) labels.length * featureCount) {
            throw new IllegalArgumentException("features must hold examples * features = " + labels.length + " * "
                    + featureCount + " values: features.length=" + features.length);
        }
        for (int row = 0; row < labels.length; row++) {
            if (labels[row] < 0 || labels[row] >= classNames.size()) {
                throw new IllegalArgumentException(
                        "labels must be in [0, " + classNames.size() + "): labels[" + row + "]=" + labels[row]);
            }
        }
        for (int j = 0; j < features.length; j++) {
            if (!Float.isFinite(features[j])) {
                throw new IllegalArgumentException("features must be finite: features[" + j / featureCount + ", "
                        + j % featureCount + "]=" + features[j]);
            }
        }
    }

    static int product(int[] exampleShape) {
        long product = exampleShape.length == 0 ? 0 : 1;
        for (int size : exampleShape) {
            product = size < 1 ? 0 : product * size;
            if (product < 1 || product > Integer.MAX_VALUE) {
                break;
            }
        }
        if (product < 1 || product > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("exampleShape must have sizes of at least 1 and a product below 2^31: "
                    + "exampleShape=" + Arrays.toString(exampleShape));
        }
        return (int) product;
    }

    /** Name of the data in messages. */
    public String name() {
        return name;
    }

    /** The features, row-major [examples, features]; not a copy. */
    public float[] features() {
        return features;
    }

    /** The labels, [examples], each in [0, classes); not a copy. */
    public int[] labels() {
        return labels;
    }

    /** Number of examples, at least 1. */
    public int examples() {
        return labels.length;
    }

    /**
     * Number of an example in its source, from 0: its row in a table (the header does not count), or its image in the
     * training or the test part of an archive. In data made from arrays it is the example's own number.
     *
     * @throws IndexOutOfBoundsException if there is no such example
     */
    public int sourceRow(int example) {
        return sourceRows == null ? Objects.checkIndex(example, labels.length) : sourceRows[example];
    }

    /** Number of features of an example, at least 1. */
    public int featureCount() {
        return featureCount;
    }

    /** Sizes of one example; their product is {@link #featureCount()}. */
    public int[] exampleShape() {
        return exampleShape.clone();
    }

    /** Number of classes. */
    public int classes() {
        return classNames.size();
    }

    /** Names of the classes, by label. */
    public List<String> classNames() {
        return classNames;
    }

    /**
     * A copy of the given rows in this order; a row may occur more than once.
     *
     * @param rows at least one, each in [0, examples)
     * @throws IllegalArgumentException if there is no row, or one is out of range
     */
    public Dataset subset(int[] rows) {
        for (int j = 0; j < rows.length; j++) {
            if (rows[j] < 0 || rows[j] >= labels.length) {
                throw new IllegalArgumentException(
                        "rows must be in [0, " + labels.length + "): rows[" + j + "]=" + rows[j]);
            }
        }
        return new Examples(
                        name, FeatureRows.of(features, featureCount), labels, exampleShape, classNames, this::sourceRow)
                .select(rows);
    }
}

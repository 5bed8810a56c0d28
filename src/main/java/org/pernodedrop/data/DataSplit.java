package org.pernodedrop.data;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.pernodedrop.io.MessageText;

/**
 * The parts of a data set. All have the same example shape and classes.
 *
 * @param train for training
 * @param validation for decisions during training
 * @param test for one evaluation at the end; empty if the set has no test part
 * @param columns of the CSV file; empty for other sources
 */
public record DataSplit(Dataset train, Dataset validation, Optional<Dataset> test, Optional<TableColumns> columns) {
    /** Checks that the parts have the same example shape and classes, and that columns name every feature. */
    public DataSplit {
        requireAlike("validation", train, validation);
        test.ifPresent(part -> requireAlike("test", train, part));
        columns.filter(TableColumns::header).ifPresent(named -> {
            if (named.featureNames().size() != train.featureCount()) {
                throw new IllegalArgumentException("columns must name the " + train.featureCount()
                        + " features: featureNames.size=" + named.featureNames().size());
            }
        });
    }

    /** Parts of a source other than a CSV file. */
    public DataSplit(Dataset train, Dataset validation, Optional<Dataset> test) {
        this(train, validation, test, Optional.empty());
    }

    /**
     * Standardises all parts in place with mean and deviation of the training part.
     *
     * @return the fitted mean and deviation
     * @throws DataException as {@link Standardizer#apply}
     */
    public Standardizer standardize() {
        Standardizer standardizer = Standardizer.fit(train);
        standardizer.apply(train);
        standardizer.apply(validation);
        test.ifPresent(standardizer::apply);
        return standardizer;
    }

    /** CRC-32C of the features and labels of all parts, as eight hexadecimal digits: equal data has equal checksums. */
    public String checksum() {
        CRC32C checksum = new CRC32C();
        for (Dataset part : List.of(train, validation)) {
            update(checksum, part);
        }
        test.ifPresent(part -> update(checksum, part));
        return String.format("%08x", checksum.getValue());
    }

    private static void update(CRC32C checksum, Dataset part) {
        ByteBuffer row = ByteBuffer.allocate(Math.multiplyExact(Float.BYTES, part.featureCount() + 1));
        for (int example = 0; example < part.examples(); example++) {
            row.clear();
            row.asFloatBuffer().put(part.features(), example * part.featureCount(), part.featureCount());
            row.putInt(Float.BYTES * part.featureCount(), part.labels()[example]);
            checksum.update(row.array());
        }
    }

    private static void requireAlike(String name, Dataset train, Dataset part) {
        if (!Arrays.equals(train.exampleShape(), part.exampleShape())) {
            throw new IllegalArgumentException(name + " must have the example shape of train, "
                    + Arrays.toString(train.exampleShape()) + ": " + name + ".exampleShape="
                    + Arrays.toString(part.exampleShape()));
        }
        if (!train.classNames().equals(part.classNames())) {
            throw new IllegalArgumentException(
                    name + " must have the classes of train, " + MessageText.listed(train.classNames()) + ": " + name
                            + ".classNames=" + MessageText.listed(part.classNames()));
        }
    }
}

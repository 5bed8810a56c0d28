package org.pernodedrop.data;

import java.util.Arrays;
import java.util.Optional;
import org.pernodedrop.text.MessageText;

/**
 * The parts of a data set. All have the same example shape and classes.
 *
 * @param train what is trained on
 * @param validation what decisions during training are made by
 * @param test what is used once, at the end; empty if the set has no test part of its own
 */
public record DataSplit(Dataset train, Dataset validation, Optional<Dataset> test) {
    /** Checks that the parts belong together. */
    public DataSplit {
        requireAlike("validation", train, validation);
        test.ifPresent(part -> requireAlike("test", train, part));
    }

    /**
     * Standardises all parts, in place, by the training part.
     *
     * @return what was fitted
     * @throws DataException as {@link Standardizer#apply}
     */
    public Standardizer standardize() {
        Standardizer standardizer = Standardizer.fit(train);
        standardizer.apply(train);
        standardizer.apply(validation);
        test.ifPresent(standardizer::apply);
        return standardizer;
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

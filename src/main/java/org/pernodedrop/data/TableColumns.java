package org.pernodedrop.data;

import java.util.List;
import java.util.Objects;

/**
 * The columns of a CSV file that was read.
 *
 * @param header whether its first row holds their names
 * @param featureNames of all columns but that of the label, in the order of the features; empty without a header
 * @param labelName of the label column; null without a header
 */
public record TableColumns(boolean header, List<String> featureNames, String labelName) {
    /** Copies the list; refuses names without a header, and a header without names. */
    public TableColumns {
        featureNames = List.copyOf(featureNames);
        if (header) {
            Objects.requireNonNull(labelName, "labelName");
        }
        if (header == featureNames.isEmpty() || !header && labelName != null) {
            throw new IllegalArgumentException("columns must have names if there is a header, and only then: header="
                    + header + ", featureNames.size=" + featureNames.size() + ", labelName=" + labelName);
        }
    }
}

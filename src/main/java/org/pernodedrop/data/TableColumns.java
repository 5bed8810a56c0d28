package org.pernodedrop.data;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.pernodedrop.io.MessageText;

/**
 * The columns of a CSV file.
 *
 * @param header whether the first row holds their names
 * @param featureNames of all columns but that of the label, in the order of the features; empty without a header
 * @param labelName of the label column; null without a header
 */
public record TableColumns(boolean header, List<String> featureNames, String labelName) {
    /** Copies the list; refuses names without a header, a header without names, and a name of two columns. */
    public TableColumns {
        featureNames = List.copyOf(featureNames);
        if (header) {
            Objects.requireNonNull(labelName, "labelName");
        }
        if (header == featureNames.isEmpty() || !header && labelName != null) {
            throw new IllegalArgumentException("columns must have names if there is a header, and only then: header="
                    + header + ", featureNames.size=" + featureNames.size() + ", labelName=" + labelName);
        }
        Set<String> names = new HashSet<>(featureNames);
        if (header && (names.size() < featureNames.size() || names.contains(labelName))) {
            throw new IllegalArgumentException("columns must have different names: featureNames="
                    + MessageText.listed(featureNames) + ", labelName=" + MessageText.shown(labelName));
        }
    }
}

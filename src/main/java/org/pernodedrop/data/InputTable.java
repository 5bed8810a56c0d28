package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.pernodedrop.data.Labels.Known;
import org.pernodedrop.io.MessageText;

/**
 * A CSV file of inputs to a model: comma-separated UTF-8 text, plain or gzip, with or without a header.
 *
 * <p>If the file and the model both have column names, columns are matched by name, in any order: the file must have
 * all features of the model and no other column but the label column, which is ignored unless requested. Otherwise
 * columns are matched by position, with a notice to {@link Reading#notice}.
 *
 * @param rows number of rows, at least 1
 * @param features row-major, in the order of the model's features, all finite
 * @param labels of every row, if a label column was requested
 */
public record InputTable(int rows, float[] features, Optional<int[]> labels) {
    /**
     * Features, classes and columns that a model was trained on.
     *
     * @param features number of features
     * @param classNames by label
     * @param columns of the file; empty if unknown or not a CSV file
     */
    public record Wanted(int features, List<String> classNames, Optional<TableColumns> columns) {
        private List<String> names() {
            return columns.map(TableColumns::featureNames).orElse(List.of());
        }

        private Optional<String> labelName() {
            return columns.map(TableColumns::labelName);
        }
    }

    /**
     * Reads a file.
     *
     * @param reading with name or 0-based index of the label column, if it is to be read
     * @throws DataException if the file cannot be read, is not such a table, or does not fit the model
     */
    public static InputTable read(Path file, Wanted wanted, Reading reading) {
        Known labels = new Known(wanted.classNames());
        CsvTable table = CsvTable.read(
                InputFile.of(file, reading.maxUnpackedBytes()),
                sample -> new Matching(sample, wanted, reading).layout(),
                labels);
        return new InputTable(
                table.rows(),
                Arrays.copyOf(table.features(), table.rows() * table.featureCount()),
                reading.label().map(column -> labels.labels()));
    }

    /** Whether a name stands for an unnamed column, as pandas writes or reads it. */
    static boolean isUnnamed(String name) {
        return name.isEmpty() || name.startsWith("Unnamed: ");
    }

    /** Matches the columns of a file to those of a model. */
    private record Matching(TableLayout.Sample sample, Wanted wanted, Reading reading) {
        TableLayout layout() {
            String[] first = sample.first().fields();
            int label = reading.label()
                    .map(each -> sample.labelColumn(each, reading.header()))
                    .orElse(TableLayout.NO_LABEL);
            boolean named =
                    reading.label().map(each -> sample.isNamed(each, label)).orElse(false)
                            || wanted.labelName()
                                    .filter(name -> !name.isEmpty() && !CsvCells.isNumber(name))
                                    .map(name -> List.of(first).contains(name))
                                    .orElse(false);
            boolean header = sample.hasHeader(reading, label, named, wanted.names());
            List<String> names = header ? sample.names() : List.of();
            return header && !wanted.names().isEmpty() ? byName(names, label) : byPosition(names, label);
        }

        private TableLayout byName(List<String> names, int label) {
            List<String> features = wanted.names();
            if (label != TableLayout.NO_LABEL && features.contains(names.get(label))) {
                throw new DataException("label must not be a feature of the model: label="
                        + reading.label().orElseThrow() + " is column " + (label + 1) + " ("
                        + MessageText.quoted(names.get(label)) + ") of " + sample.file() + "; name the label column");
            }
            Set<String> known = new HashSet<>(features);
            List<String> unknown = new ArrayList<>();
            for (int column = 0; column < names.size(); column++) {
                String name = names.get(column);
                if (column == label || known.contains(name)) {
                    continue;
                }
                if (wanted.labelName().filter(name::equals).isPresent()) {
                    reading.notice()
                            .accept("column " + (column + 1) + " (" + MessageText.quoted(name) + ") of " + sample.file()
                                    + " is the model's label and is ignored"
                                    + (label == TableLayout.NO_LABEL
                                            ? "; name it as the label column (--label) to score the file by it"
                                            : ""));
                } else {
                    unknown.add(name);
                }
            }
            Set<String> there = Set.copyOf(names);
            List<String> missing =
                    features.stream().filter(name -> !there.contains(name)).toList();
            refuse(missing, unknown);
            Map<String, Integer> columns = new HashMap<>();
            for (int column = 0; column < names.size(); column++) {
                columns.put(names.get(column), column);
            }
            int[] order = features.stream().mapToInt(columns::get).toArray();
            return new TableLayout(names, names.size(), order, label);
        }

        private void refuse(List<String> missing, List<String> unknown) {
            if (missing.isEmpty() && unknown.isEmpty()) {
                return;
            }
            List<String> problems = new ArrayList<>();
            if (!missing.isEmpty()) {
                problems.add("has no " + listed(missing));
            }
            if (!unknown.isEmpty()) {
                problems.add("has " + listed(unknown) + ", which the model does not know");
            }
            boolean index = unknown.stream().anyMatch(InputTable::isUnnamed);
            throw new DataException("inputs must have the columns that the network was trained on, by their names: "
                    + sample.file() + " " + String.join(" and ", problems) + "; rename, add or remove columns"
                    + (index ? " (pandas leaves its index out by to_csv(index=False))" : "")
                    + ", or, if the first row is an example, say so (--header no)");
        }

        private static String listed(List<String> names) {
            List<String> first = names.stream()
                    .limit(BadCells.LISTED)
                    .map(MessageText::quoted)
                    .toList();
            int more = names.size() - first.size();
            return "column" + (names.size() == 1 ? " " : "s ") + String.join(", ", first)
                    + (more > 0 ? " and " + more + " more" : "");
        }

        private TableLayout byPosition(List<String> names, int label) {
            TableLayout layout = TableLayout.of(names, sample.width(), label);
            int found = layout.features().length;
            if (found != wanted.features()) {
                boolean oneMore = found == wanted.features() + 1 && label == TableLayout.NO_LABEL;
                throw new DataException("inputs must have the features that the network was trained on, "
                        + wanted.features() + " in a line"
                        + (label == TableLayout.NO_LABEL ? ", and no label" : " besides the label") + ": "
                        + sample.file() + " has " + found + "; "
                        + (oneMore
                                ? "if one of them is the label, remove it, or give its "
                                        + (names.isEmpty() ? "" : "name or ") + "index from 0 (the last is "
                                        + (found - 1) + ") as the label column (--label) to score the file"
                                : "give a file with the same columns"));
            }
            String why = !names.isEmpty()
                    ? "the model has no names of columns"
                    : wanted.names().isEmpty() ? "there are no names" : "the file has no header";
            reading.notice().accept("columns of " + sample.file() + " are taken by their position: " + why);
            return layout;
        }
    }
}

package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.data.Examples.FeatureRows;
import org.pernodedrop.data.Labels.Learned;
import org.pernodedrop.io.MessageText;

/** A CSV file with a label column. */
final class CsvSource extends DataSource {
    private final Path file;
    private final Reading reading;

    CsvSource(String name, Path file, Reading reading) {
        super(name);
        this.file = file;
        this.reading = reading;
    }

    @Override
    Parts read() {
        Table table = Table.read(InputFile.of(file, reading.maxUnpackedBytes()), reading);
        Examples train = new Examples(
                name(),
                FeatureRows.of(table.features(), table.featureCount()),
                table.labels(),
                new int[] {table.featureCount()},
                table.classNames());
        return new Parts(train, Optional.empty(), Optional.of(table.columns()));
    }

    @Override
    public String description() {
        return "Table " + file + ", label in column " + reading.label().orElse("last") + "; no test part.";
    }

    /**
     * A table of training data: all columns but the label column are features.
     *
     * @param rows number of rows
     * @param features row-major; may be longer than the rows
     * @param featureCount number of columns but the label column
     * @param labels of every row
     * @param classNames by label
     * @param columns of the file
     */
    record Table(
            int rows, float[] features, int featureCount, int[] labels, List<String> classNames, TableColumns columns) {
        /** So many evenly spaced whole numbers are not a coincidence. */
        private static final int COUNTED_ROWS = 6;

        /** Reads a file; gives notice of what may be a mistake. */
        static Table read(InputFile file, Reading reading) {
            Learned labels = new Learned();
            CsvTable table = CsvTable.read(file, sample -> layout(sample, reading), labels);
            TableLayout layout = table.layout();
            labels.doubt().ifPresent(doubt -> reading.notice().accept(file.name() + ": " + doubt));
            tellIndex(file.name(), table, reading);
            List<String> names = layout.names();
            TableColumns columns = names.isEmpty()
                    ? new TableColumns(false, List.of(), null)
                    : new TableColumns(
                            true,
                            Arrays.stream(layout.features())
                                    .mapToObj(names::get)
                                    .toList(),
                            names.get(layout.label()));
            return new Table(
                    table.rows(),
                    table.features(),
                    table.featureCount(),
                    labels.labels(),
                    labels.classNames(),
                    columns);
        }

        private static TableLayout layout(TableLayout.Sample sample, Reading reading) {
            int width = sample.width();
            if (width < 2) {
                throw new DataException(
                        "CSV file must have a label column and at least one other, separated by commas: "
                                + sample.file() + ", line " + sample.first().line() + " has one field ("
                                + MessageText.quoted(sample.first().fields()[0]) + "); save it with commas");
            }
            int label = reading.label()
                    .map(each -> sample.labelColumn(each, reading.header()))
                    .orElse(width - 1);
            boolean named =
                    reading.label().map(each -> sample.isNamed(each, label)).orElse(false);
            boolean header = sample.hasHeader(reading, label, named, List.of());
            return TableLayout.of(header ? sample.names() : List.of(), width, label);
        }

        private static void tellIndex(String file, CsvTable table, Reading reading) {
            TableLayout layout = table.layout();
            if (layout.features()[0] != 0) {
                return;
            }
            String name = layout.names().isEmpty() ? "" : layout.names().get(0);
            boolean unnamed = !layout.names().isEmpty() && InputTable.isUnnamed(name);
            if (unnamed || counts(table)) {
                reading.notice()
                        .accept(file + ": column 1"
                                + (layout.names().isEmpty() ? "" : " (" + MessageText.quoted(name) + ")")
                                + (unnamed ? " has no name" : " counts the rows")
                                + ", which looks like an index; it is used as a feature: remove it from the file"
                                + " if it is one (pandas leaves it out by to_csv(index=False))");
            }
        }

        // Ascending or descending, by one or by any other whole number.
        private static boolean counts(CsvTable table) {
            if (table.rows() < COUNTED_ROWS) {
                return false;
            }
            float[] values = table.features();
            int stride = table.featureCount();
            double step = values[stride] - (double) values[0];
            for (int row = 1; row < table.rows(); row++) {
                if (values[row * stride] != (float) (values[0] + row * step)) {
                    return false;
                }
            }
            return step != 0 && step == Math.rint(step) && values[0] == Math.rint(values[0]);
        }
    }
}

package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.Optional;

/** A CSV file with a label column. */
final class CsvSource extends DataSource {
    private final Path file;
    private final Optional<String> labelColumn;

    CsvSource(String name, Path file, Optional<String> labelColumn) {
        super(name);
        this.file = file;
        this.labelColumn = labelColumn;
    }

    @Override
    Parts read() {
        CsvTable table = CsvTable.read(InputFile.of(file), labelColumn);
        Examples train = new Examples(
                name(),
                FeatureRows.of(table.features(), table.featureCount()),
                table.labels(),
                new int[] {table.featureCount()},
                table.classNames());
        return new Parts(train, Optional.empty());
    }

    @Override
    public String description() {
        return "Table " + file + ", label in column " + labelColumn.orElse("last") + "; no test part.";
    }
}

package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.Optional;

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
        LabelledTable table = LabelledTable.read(InputFile.of(file, reading.maxUnpackedBytes()), reading);
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
}

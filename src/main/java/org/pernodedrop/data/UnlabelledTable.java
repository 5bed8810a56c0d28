package org.pernodedrop.data;

import java.nio.file.Path;
import java.util.Arrays;

/**
 * A CSV file without labels: comma-separated UTF-8 text, plain or gzip, with or without a header, all of whose columns are
 * features.
 *
 * @param rows number of them, at least 1
 * @param featureCount number of columns, at least 1
 * @param features row-major, all finite
 */
public record UnlabelledTable(int rows, int featureCount, float[] features) {
    /**
     * Reads a file.
     *
     * @throws DataException if it cannot be read or is no such table
     */
    public static UnlabelledTable read(Path file) {
        CsvTable table = CsvTable.readUnlabelled(InputFile.of(file));
        int rows = table.rows();
        return new UnlabelledTable(
                rows, table.featureCount(), Arrays.copyOf(table.features(), rows * table.featureCount()));
    }
}

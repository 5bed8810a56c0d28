package org.pernodedrop.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * A table of numbers with a label column, read from comma-separated text. Fields are trimmed, empty lines skipped.
 *
 * <p>The first row is a header if the label column is given by a name that is in it; else if more than half of its feature
 * fields are not numbers; else if only its label field is no number, and the one below is. So a data row with a stray
 * field is reported, not taken for a header.
 */
final class CsvTable {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setTrim(true)
            .setIgnoreSurroundingSpaces(true)
            .setIgnoreEmptyLines(true)
            .get();
    private static final int BYTE_ORDER_MARK = 0xFEFF;
    private static final int LONGEST_ARRAY = Integer.MAX_VALUE - 8;
    private static final int FIELD_SHOWN = 40;

    private static final int NO_LABEL = -1;

    private final String file;
    private final boolean labelled;
    private final LabelColumn labels = new LabelColumn();
    private List<String> header = List.of();
    private int columns;
    private int labelColumn;
    private float[] features = new float[1024];
    private int filled;

    private CsvTable(String file, boolean labelled) {
        this.file = file;
        this.labelled = labelled;
    }

    /**
     * Reads a table.
     *
     * @param label name or 0-based index of the label column; the last one if empty
     */
    static CsvTable read(InputFile file, Optional<String> label) {
        return file.read(in -> {
            CsvTable table = new CsvTable(file.name(), true);
            table.parse(in, label);
            return table;
        });
    }

    /** Reads a table all of whose columns are features. */
    static CsvTable readUnlabelled(InputFile file) {
        return file.read(in -> {
            CsvTable table = new CsvTable(file.name(), false);
            table.parse(in, Optional.empty());
            return table;
        });
    }

    /** All columns but the label column, row-major; may go on past the last row. */
    float[] features() {
        return features;
    }

    /** Number of columns but the label column. */
    int featureCount() {
        return labelled ? columns - 1 : columns;
    }

    /** Number of rows. */
    int rows() {
        return filled / featureCount();
    }

    int[] labels() {
        return labels.labels();
    }

    List<String> classNames() {
        return labels.classNames();
    }

    private void parse(InputStream in, Optional<String> label) throws IOException {
        // Unlike a charset, a decoder reports bytes that are not UTF-8 instead of replacing them.
        BufferedReader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        try (CSVParser parser = FORMAT.parse(text)) {
            Iterator<CSVRecord> records = parser.iterator();
            Line first = next(parser, records);
            Line second = next(parser, records);
            if (first == null) {
                throw new DataException("CSV file must have rows: " + file + " has none; get it again");
            }
            columns = first.fields.length;
            if (featureCount() < 1) {
                throw new DataException(
                        "CSV file must have a label column and at least one other, separated by commas: " + file
                                + ", line " + first.number + " has one field (" + shown(first.fields[0])
                                + "); save it with commas");
            }
            labelColumn = labelled ? label.map(each -> labelColumn(each, first)).orElse(columns - 1) : NO_LABEL;
            if (isHeader(first.fields, second, label)) {
                header = List.of(first.fields);
            } else {
                add(first);
            }
            for (Line line = second; line != null; line = next(parser, records)) {
                add(line);
            }
        }
        if (filled == 0) {
            throw new DataException("CSV file must have rows below its header: " + file + " has none; get it again");
        }
    }

    /** A row and the number of the line that it ends on. */
    private record Line(long number, String[] fields) {}

    private static Line next(CSVParser parser, Iterator<CSVRecord> records) {
        if (!records.hasNext()) {
            return null;
        }
        CSVRecord row = records.next();
        return new Line(parser.getCurrentLineNumber(), row.values());
    }

    private int labelColumn(String label, Line first) {
        int[] named = IntStream.range(0, columns)
                .filter(column -> first.fields[column].equals(label))
                .toArray();
        boolean index = label.matches("\\d{1,9}");
        // A number in the first row names a column only if it stands among names.
        boolean names = !index || Arrays.stream(first.fields).noneMatch(LabelColumn::isNumber);
        if (names && named.length == 1) {
            return named[0];
        }
        if (names && named.length > 1) {
            throw new DataException("label must name one column: label=" + label + " names " + named.length + " of "
                    + file + "; give its 0-based index");
        }
        if (index && Integer.parseInt(label) < columns) {
            return Integer.parseInt(label);
        }
        throw new DataException("label must be the name of a column or an index from 0 to " + (columns - 1) + ": label="
                + label + ", the first row of " + file + " is " + shown(String.join(",", first.fields)));
    }

    private boolean isHeader(String[] fields, Line second, Optional<String> label) {
        if (label.isPresent() && fields[labelColumn].equals(label.get()) && !LabelColumn.isNumber(label.get())) {
            return true;
        }
        long names = IntStream.range(0, columns)
                .filter(column -> column != labelColumn && !LabelColumn.isNumber(fields[column]))
                .count();
        if (names > 0) {
            return 2 * names > featureCount();
        }
        return labelled
                && !LabelColumn.isNumber(fields[labelColumn])
                && second != null
                && second.fields.length == columns
                && LabelColumn.isNumber(second.fields[labelColumn]);
    }

    private void add(Line line) {
        if (line.fields.length != columns) {
            throw new DataException("CSV rows must all have " + columns + " fields, as the first: " + file + ", line "
                    + line.number + " has " + line.fields.length + "; correct the row");
        }
        if (filled > LONGEST_ARRAY - columns) {
            throw new DataException("CSV file must hold fewer than 2^31 values: " + file + ", line " + line.number
                    + " goes beyond; use fewer rows");
        }
        if (features.length - filled < columns) {
            features = Arrays.copyOf(features, (int) Math.min(2L * (filled + columns), LONGEST_ARRAY));
        }
        for (int column = 0; column < columns; column++) {
            if (column != labelColumn) {
                features[filled++] = feature(line, column);
            }
        }
        if (labelled) {
            labels.add(line.fields[labelColumn], "in " + where(line, labelColumn));
        }
    }

    private float feature(Line line, int column) {
        String field = line.fields[column];
        float value = LabelColumn.isNumber(field) ? Float.parseFloat(field) : Float.NaN;
        if (!Float.isFinite(value)) {
            throw new DataException("features must be finite numbers: " + shown(field) + " in " + where(line, column)
                    + "; correct it, or remove the row or the column");
        }
        return value;
    }

    private String where(Line line, int column) {
        return file + ", line " + line.number + ", column " + column
                + (header.isEmpty() ? "" : " (" + shown(header.get(column)) + ")");
    }

    /** A field for messages, in quotes and not too long. */
    static String shown(String field) {
        return "\"" + (field.length() <= FIELD_SHOWN ? field : field.substring(0, FIELD_SHOWN) + "...") + "\"";
    }
}

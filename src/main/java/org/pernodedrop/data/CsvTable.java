package org.pernodedrop.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.function.Function;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** A table of numbers with an optional label column, read from comma-separated text ({@link Text}). */
final class CsvTable {
    private static final int MAX_ARRAY_LENGTH = Integer.MAX_VALUE - 8;

    /** Number of rows by which the header is decided; fewer, but at least two, if rows are long. */
    private static final int SAMPLE_ROWS = 1000;

    private static final int SAMPLE_CELLS = 200_000;

    private final String file;
    private final Labels labels;
    private TableLayout layout;
    private BadCells bad;
    private float[] features = new float[1024];
    private int filled;
    private int rows;

    private CsvTable(String file, Labels labels) {
        this.file = file;
        this.labels = labels;
    }

    /**
     * Reads a table.
     *
     * @param layout decides from the first rows what the columns hold
     * @param labels receives the label column; may be null if the layout has none
     */
    static CsvTable read(InputFile file, Function<TableLayout.Sample, TableLayout> layout, Labels labels) {
        return file.read(in -> {
            CsvTable table = new CsvTable(file.name(), labels);
            table.parse(in, layout);
            return table;
        });
    }

    /** The features, row-major; the array may be longer than the rows. */
    float[] features() {
        return features;
    }

    /** Number of features of a row. */
    int featureCount() {
        return layout.features().length;
    }

    /** Number of rows. */
    int rows() {
        return rows;
    }

    TableLayout layout() {
        return layout;
    }

    private void parse(InputStream in, Function<TableLayout.Sample, TableLayout> decide) throws IOException {
        try (Text text = new Text(in)) {
            List<Text.Row> first = sample(text);
            layout = decide.apply(new TableLayout.Sample(file, first));
            bad = new BadCells(file, layout.names());
            boolean header = !layout.names().isEmpty();
            for (Text.Row row : header ? first.subList(1, first.size()) : first) {
                add(row);
            }
            first.clear();
            for (Text.Row row = text.next(); row != null; row = text.next()) {
                add(row);
            }
        }
        if (layout.label() != TableLayout.NO_LABEL) {
            labels.finish(layout.label(), bad);
        }
        bad.refuse();
        if (rows == 0) {
            throw new DataException("CSV file must have rows below its header: " + file + " has none; get it again");
        }
    }

    private List<Text.Row> sample(Text text) {
        List<Text.Row> sample = new ArrayList<>();
        long cells = 0;
        while (sample.size() < 2 || sample.size() < SAMPLE_ROWS && cells < SAMPLE_CELLS) {
            Text.Row row = text.next();
            if (row == null) {
                break;
            }
            sample.add(row);
            cells += row.fields().length;
        }
        if (sample.isEmpty()) {
            throw new DataException("CSV file must have rows: " + file + " has none; get it again");
        }
        return sample;
    }

    private void add(Text.Row row) {
        String[] fields = row.fields();
        if (fields.length != layout.width()) {
            bad.addRow(row.line(), fields.length, layout.width());
            return;
        }
        int width = layout.features().length;
        if (filled > MAX_ARRAY_LENGTH - width) {
            throw new DataException("CSV file must hold fewer than 2^31 values: " + file + ", line " + row.line()
                    + " goes beyond; use fewer rows");
        }
        if (features.length - filled < width) {
            features = Arrays.copyOf(features, (int) Math.min(2L * (filled + width), MAX_ARRAY_LENGTH));
        }
        for (int column : layout.features()) {
            float value = CsvCells.feature(fields[column]);
            if (!Float.isFinite(value)) {
                bad.add(BadCells.Fault.FEATURE, fields[column], row.line(), column);
            }
            features[filled++] = value;
        }
        if (layout.label() != TableLayout.NO_LABEL) {
            labels.add(fields[layout.label()], row.line(), layout.label(), bad);
        }
        rows++;
    }

    /** Comma-separated UTF-8 text, row by row. Fields are trimmed, empty lines skipped. */
    static final class Text implements AutoCloseable {
        private static final CSVFormat FORMAT = CSVFormat.DEFAULT
                .builder()
                .setTrim(true)
                .setIgnoreSurroundingSpaces(true)
                .setIgnoreEmptyLines(true)
                .get();
        private static final int BYTE_ORDER_MARK = 0xFEFF;

        private final CSVParser parser;
        private final Iterator<CSVRecord> records;

        /** A row, with the number of its last line, from 1. */
        record Row(long line, String[] fields) {}

        Text(InputStream in) throws IOException {
            // Unlike a charset, a decoder reports bytes that are not UTF-8 instead of replacing them.
            BufferedReader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
            text.mark(1);
            if (text.read() != BYTE_ORDER_MARK) {
                text.reset();
            }
            parser = FORMAT.parse(text);
            records = parser.iterator();
        }

        /** The next row; null after the last. */
        Row next() {
            if (!records.hasNext()) {
                return null;
            }
            CSVRecord row = records.next();
            return new Row(parser.getCurrentLineNumber(), row.values());
        }

        @Override
        public void close() throws IOException {
            parser.close();
        }
    }
}

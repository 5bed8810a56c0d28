package org.pernodedrop.data;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Iterator;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/** Comma-separated UTF-8 text, row by row. Fields are trimmed, empty lines skipped. */
final class CsvText implements AutoCloseable {
    private static final CSVFormat FORMAT = CSVFormat.DEFAULT
            .builder()
            .setTrim(true)
            .setIgnoreSurroundingSpaces(true)
            .setIgnoreEmptyLines(true)
            .get();
    private static final int BYTE_ORDER_MARK = 0xFEFF;

    private final CSVParser parser;
    private final Iterator<CSVRecord> records;

    /**
     * A row.
     *
     * @param line that it ends on, from 1
     */
    record Row(long line, String[] fields) {}

    CsvText(InputStream in) throws IOException {
        // Unlike a charset, a decoder reports bytes that are not UTF-8 instead of replacing them.
        BufferedReader text = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8.newDecoder()));
        text.mark(1);
        if (text.read() != BYTE_ORDER_MARK) {
            text.reset();
        }
        parser = FORMAT.parse(text);
        records = parser.iterator();
    }

    /** The next row; null behind the last. */
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

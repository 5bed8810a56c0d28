package org.pernodedrop.io;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;

/**
 * Formats lines of comma-separated text in which neither a spreadsheet nor a terminal finds anything to execute.
 *
 * <p>A text that begins with {@code =}, {@code +}, {@code -}, {@code @} or a full-width form of these, after optional
 * blanks, would be a formula in a spreadsheet: it gets a single quote in front. Numbers, and texts that are plain
 * numbers such as the class {@code -1}, are unchanged. Control characters, line breaks, bidirectional marks and
 * unpaired surrogates become escapes like &#92;u001B, so that each row is one line; joiners and other invisible
 * characters of a word's spelling stay. The changed texts are what readers of the file get.
 *
 * <p>Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
 */
public final class CsvLine {
    private static final CSVFormat CSV = CSVFormat.DEFAULT;
    private static final Pattern FORMULA = Pattern.compile("[\\s\\p{Z}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20].*");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");

    private CsvLine() {}

    /**
     * A line with a line feed at its end.
     *
     * @param values texts, numbers, booleans and enums; null for an empty field
     */
    public static String of(List<?> values) {
        Object[] safe = values.stream()
                .map(value -> value == null || value instanceof Number ? value : field(value.toString()))
                .toArray();
        return CSV.format(safe) + "\n";
    }

    /** A text as a field, before quoting. */
    static String field(String text) {
        String plain = SafeText.escape(text, SafeText::steers);
        return FORMULA.matcher(plain).matches() && !NUMBER.matcher(plain).matches() ? "'" + plain : plain;
    }
}

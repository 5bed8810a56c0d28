package org.pernodedrop.io;

import java.util.List;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;

/**
 * Makes lines of comma-separated text that neither a spreadsheet nor a terminal acts on.
 *
 * <p>A text that begins with {@code =}, {@code +}, {@code -}, {@code @} or a full-width form of these, which a spreadsheet
 * takes for a formula, gets a single quote in front, by which spreadsheets show it as text; blanks before the sign don't
 * hide it. A text that is a plain number, as the class {@code -1}, stays as it is, and so does every number. Control
 * characters, line breaks among them, marks that turn the direction of writing and halves of surrogate pairs become escapes
 * like &#92;u001B; so each row is one line. Joiners and other characters that belong to a word's spelling stay. Whoever reads the
 * file gets these texts, not the ones before.
 *
 * <p>Source: OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection.
 */
public final class CsvLine {
    private static final CSVFormat CSV = CSVFormat.DEFAULT;
    private static final Pattern FORMULA = Pattern.compile("[\\s\\p{Z}]*[=+\\-@\uFF1D\uFF0B\uFF0D\uFF20].*");
    private static final Pattern NUMBER = Pattern.compile("[+-]?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]{1,4})?");

    private CsvLine() {}

    /**
     * A line, with a line feed at its end.
     *
     * @param values texts, numbers, booleans and enums; null for an empty field
     */
    public static String of(List<?> values) {
        Object[] safe = values.stream()
                .map(value -> value == null || value instanceof Number ? value : field(value.toString()))
                .toArray();
        return CSV.format(safe) + "\n";
    }

    /** A text as a field, before it is put in quotes. */
    static String field(String text) {
        String plain = SafeText.escape(text, SafeText::steers);
        return FORMULA.matcher(plain).matches() && !NUMBER.matcher(plain).matches() ? "'" + plain : plain;
    }
}

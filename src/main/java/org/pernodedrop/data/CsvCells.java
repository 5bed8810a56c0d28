package org.pernodedrop.data;

import java.util.Locale;
import java.util.Set;

/** What single fields of a table are. */
final class CsvCells {
    /** What stands for nothing, in lower case; {@code "."} is that of SAS and Stata, {@code "?"} that of UCI's files. */
    private static final Set<String> MISSING = Set.of(
            "",
            "na",
            "n/a",
            "#n/a",
            "#na",
            "<na>",
            "#n/a n/a",
            "nan",
            "-nan",
            "1.#qnan",
            "-1.#qnan",
            "1.#ind",
            "-1.#ind",
            "nat",
            "null",
            "?",
            ".");

    private static final int MAX_MISSING_LENGTH = 8;

    private CsvCells() {}

    /** Whether a field stands for a missing value: empty, NA, N/A, NaN, null, ? and the like. */
    static boolean isMissing(String field) {
        return field.length() <= MAX_MISSING_LENGTH && MISSING.contains(field.toLowerCase(Locale.ROOT));
    }

    /** Whether a field reads as a number, in range or not. */
    static boolean isNumber(String field) {
        return !Double.isNaN(number(field)) || field.equals("NaN");
    }

    /** The number that a field is, infinite if out of range; NaN if it is none. */
    static double number(String field) {
        if (!mayBeNumber(field)) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(field);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /** The number that a field is, as a float; not finite if it is none, or out of range. */
    static float feature(String field) {
        if (!mayBeNumber(field)) {
            return Float.NaN;
        }
        try {
            return Float.parseFloat(field);
        } catch (NumberFormatException e) {
            return Float.NaN;
        }
    }

    // Java takes "1f" and "1d" for numbers too.
    private static boolean mayBeNumber(String field) {
        return !field.isEmpty()
                && (!Character.isLetter(field.charAt(field.length() - 1)) || field.endsWith("Infinity"));
    }

    /** Whether a field is written as an integer. */
    static boolean isInteger(String field) {
        int digits = !field.isEmpty() && (field.charAt(0) == '-' || field.charAt(0) == '+') ? 1 : 0;
        return field.length() > digits
                && field.chars().skip(digits).allMatch(character -> character >= '0' && character <= '9');
    }
}

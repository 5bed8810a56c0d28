package org.pernodedrop.data;

import java.util.Locale;
import java.util.Set;

/** Classifies and parses single fields of a table. */
final class CsvCells {
    /** Markers of missing values in lower case; {@code "."} is used by SAS and Stata, {@code "?"} by UCI. */
    private static final Set<String> MISSING =
            Set.of(",na,n/a,#n/a,#na,<na>,#n/a n/a,nan,-nan,1.#qnan,-1.#qnan,1.#ind,-1.#ind,nat,null,?,.".split(","));

    private static final int MAX_MISSING_LENGTH = 8;

    private CsvCells() {}

    /** Whether a field marks a missing value: empty, NA, N/A, NaN, null, ? and the like. */
    static boolean isMissing(String field) {
        return field.length() <= MAX_MISSING_LENGTH && MISSING.contains(field.toLowerCase(Locale.ROOT));
    }

    /** Whether a field is a number, in range or not. */
    static boolean isNumber(String field) {
        return !Double.isNaN(number(field)) || field.equals("NaN");
    }

    /** The number of a field: infinite if out of range, NaN if the field is not a number. */
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

    /** The number of a field as a float; not finite if out of range, or if the field is not a number. */
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

    // Java also parses "1f" and "1d" as numbers.
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

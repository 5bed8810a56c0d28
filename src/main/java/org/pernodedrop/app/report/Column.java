package org.pernodedrop.app.report;

import java.util.function.Function;

/**
 * A column of a table.
 *
 * @param title above it
 * @param text whether values are words, not numbers
 * @param meaning for readers who know nothing of the code
 * @param value of a row; empty if it has none
 */
public record Column<R>(String title, boolean text, String meaning, Function<R, String> value) {
    /** A column of numbers. */
    public static <R> Column<R> number(String title, String meaning, Function<R, String> value) {
        return new Column<>(title, false, meaning, value);
    }

    /** A column of words. */
    public static <R> Column<R> words(String title, String meaning, Function<R, String> value) {
        return new Column<>(title, true, meaning, value);
    }
}

package org.pernodedrop.data;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pernodedrop.io.MessageText;

/**
 * Collects the faults of a table, which is read to its end; the message then lists the first places and the number of
 * others.
 */
final class BadCells {
    /** Number of places that a message lists. */
    static final int LISTED = 10;

    /** Reading stops after so many faults: the file is not a table of this kind. */
    private static final int MAX_FAULTS = 100_000;

    private final String file;
    private final List<String> names;
    private final Map<Fault, List<String>> listed = new EnumMap<>(Fault.class);
    private final Set<Fault> order = new LinkedHashSet<>();
    private int inList;
    private int count;

    /** A kind of fault of a cell or a row: rule and remedy. */
    enum Fault {
        FEATURE("features must be finite numbers", "correct them, or remove the rows or the columns"),
        FIELDS("CSV rows must all have as many fields as the first", "correct the rows"),
        MISSING_LABEL(
                "label must not be missing", "add the labels, or remove the rows; rename a class with such a name"),
        DECIMAL_LABEL(
                "labels must be integers or text",
                "numbers with decimals look like regression, but this program learns classes: choose the label column by"
                        + " its name or index, or make classes of the numbers"),
        LARGE_LABEL(
                "integer labels must be within 2^53",
                "numbers as large as this look like identifiers: choose the label column by its name or index"),
        MIXED_LABEL(
                "labels must be all integers or all text",
                "correct them, choose the label column, or say whether the first row is a header (--header)"),
        UNKNOWN_LABEL(
                "labels must be classes of the model",
                "correct them, or leave the label column (--label) out to predict only");

        private final String rule;
        private final String wayOut;

        Fault(String rule, String wayOut) {
            this.rule = rule;
            this.wayOut = wayOut;
        }
    }

    /** A cell that may turn out to be faulty. */
    record Cell(String field, long line) {}

    /** @param names of the columns; empty if there is no header */
    BadCells(String file, List<String> names) {
        this.file = file;
        this.names = names;
    }

    /** Adds a cell; columns are numbered from 0, except in messages. */
    void add(Fault fault, String field, long line, int column) {
        boolean label = fault != Fault.FEATURE;
        add(fault, (label ? "label=" : "") + MessageText.quoted(field) + " in line " + line + ", " + column(column));
    }

    /** Adds a row with a wrong number of fields. */
    void addRow(long line, int fields, int expected) {
        add(Fault.FIELDS, "line " + line + " has " + fields + ", not " + expected);
    }

    private void add(Fault fault, String place) {
        if (inList < LISTED) {
            listed.computeIfAbsent(fault, key -> new ArrayList<>()).add(place);
            order.add(fault);
            inList++;
        }
        count++;
        if (count == MAX_FAULTS) {
            throw failure("at least ");
        }
    }

    /** Adds {@code all} cells with the same fault, of which the first ones are known. */
    void addAll(Fault fault, List<Cell> first, int all, int column) {
        first.forEach(cell -> add(fault, cell.field(), cell.line(), column));
        count += all - first.size();
    }

    /** A column in messages: its number from 1, and its name if it has one. */
    String column(int column) {
        return "column " + (column + 1) + (names.isEmpty() ? "" : " (" + MessageText.quoted(names.get(column)) + ")");
    }

    /** Whether there is no fault. */
    boolean isEmpty() {
        return count == 0;
    }

    /** Refuses the table if there is a fault. */
    void refuse() {
        if (count > 0) {
            throw failure("");
        }
    }

    private DataException failure(String atLeast) {
        List<String> rules = order.stream()
                .map(fault -> fault.rule + ": " + String.join(", ", listed.get(fault)))
                .toList();
        List<String> ways = order.stream().map(fault -> fault.wayOut).toList();
        String more = count > inList ? " and " + atLeast + (count - inList) + " more" : "";
        return new DataException(String.join("; ", rules) + more + ", in " + file + "; " + String.join("; ", ways));
    }
}

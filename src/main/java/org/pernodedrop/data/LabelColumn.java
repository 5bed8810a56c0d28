package org.pernodedrop.data;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The label column of a table: integers become classes in ascending order, text becomes classes in the order of {@link
 * String#compareTo}. An integer may have decimals, if they are zero ("1.0" is "1").
 */
final class LabelColumn {
    private static final double LARGEST_EXACT = 1L << 53;

    private final Map<String, Integer> found = new HashMap<>();
    private final List<Integer> labels = new ArrayList<>();
    private boolean integers;

    /** Whether a field reads as a number, in range or not. */
    static boolean isNumber(String field) {
        return !Double.isNaN(number(field)) || field.equals("NaN");
    }

    private static double number(String field) {
        if (field.isEmpty() || Character.isLetter(field.charAt(field.length() - 1)) && !field.endsWith("Infinity")) {
            return Double.NaN;
        }
        try {
            return Double.parseDouble(field);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    /**
     * Adds the label of the next row.
     *
     * @param where file, line and column for messages
     */
    void add(String field, String where) {
        if (field.isEmpty() || field.equalsIgnoreCase("nan")) {
            throw new DataException(
                    "label must not be missing: label=" + CsvTable.shown(field) + " " + where + "; fill it in");
        }
        boolean number = isNumber(field);
        if (labels.isEmpty()) {
            integers = number;
        } else if (integers != number) {
            throw new DataException(
                    "labels must be all integers or all text: label=" + CsvTable.shown(field) + " " + where
                            + " after labels such as "
                            + CsvTable.shown(found.keySet().iterator().next()) + "; correct it, or choose the label"
                            + " column");
        }
        labels.add(found.computeIfAbsent(number ? integer(field, where) : field, key -> found.size()));
    }

    private static String integer(String field, String where) {
        double value = number(field);
        if (value != Math.rint(value) || Math.abs(value) > LARGEST_EXACT) {
            throw new DataException("labels must be integers or text: label=" + CsvTable.shown(field) + " " + where
                    + "; choose the label column by its name or index");
        }
        return Long.toString((long) value);
    }

    /** Number of rows. */
    int size() {
        return labels.size();
    }

    /** Names of the classes, by label. */
    List<String> classNames() {
        Comparator<String> ascending = Comparator.comparingLong(Long::parseLong);
        return found.keySet().stream()
                .sorted(integers ? ascending : Comparator.naturalOrder())
                .toList();
    }

    /** Label of every row. */
    int[] labels() {
        List<String> names = classNames();
        int[] label = new int[names.size()];
        for (int j = 0; j < label.length; j++) {
            label[found.get(names.get(j))] = j;
        }
        return labels.stream().mapToInt(each -> label[each]).toArray();
    }
}

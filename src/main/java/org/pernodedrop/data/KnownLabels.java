package org.pernodedrop.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The label column of a table to be scored: its labels are classes of a model. */
final class KnownLabels implements Labels {
    private final List<String> classNames;
    private final Map<String, Integer> byName = new HashMap<>();
    private int[] labels = new int[1024];
    private int rows;

    KnownLabels(List<String> classNames) {
        this.classNames = classNames;
        for (int label = 0; label < classNames.size(); label++) {
            byName.put(classNames.get(label), label);
        }
    }

    @Override
    public void add(String field, long line, int column, BadCells bad) {
        Integer label = byName.get(field);
        if (label == null) {
            double value = CsvCells.number(field);
            label = value == Math.rint(value) ? byName.get(LabelColumn.integer(value)) : null;
        }
        if (label == null) {
            boolean missing = CsvCells.isMissing(field);
            bad.add(missing ? BadCells.Fault.MISSING_LABEL : BadCells.Fault.UNKNOWN_LABEL, field, line, column);
            return;
        }
        if (rows == labels.length) {
            labels = Arrays.copyOf(labels, (int) Math.min(2L * rows, Integer.MAX_VALUE - 8));
        }
        labels[rows++] = label;
    }

    @Override
    public int[] labels() {
        return Arrays.copyOf(labels, rows);
    }

    @Override
    public List<String> classNames() {
        return classNames;
    }
}

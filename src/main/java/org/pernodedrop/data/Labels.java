package org.pernodedrop.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Collects the label column of a table. */
abstract sealed class Labels permits Labels.Known, Labels.Learned {
    private int[] codes = new int[1024];
    private int rows;
    /** Adds the label of the next row, in this line and column (from 0), or reports it as bad. */
    abstract void add(String field, long line, int column, BadCells bad);

    /** Called after the last row, with the same column. */
    void finish(int column, BadCells bad) {}

    final void append(int code) {
        if (rows == codes.length) {
            codes = Arrays.copyOf(codes, (int) Math.min(2L * rows, Integer.MAX_VALUE - 8));
        }
        codes[rows++] = code;
    }

    final int rows() {
        return rows;
    }

    /** Label of every row. */
    int[] labels() {
        return Arrays.copyOf(codes, rows);
    }

    /** Names of the classes, by label. */
    abstract List<String> classNames();

    /** Label column of a table to be scored: labels are the classes of a model. */
    static final class Known extends Labels {
        private final List<String> classNames;
        private final Map<String, Integer> byName = new HashMap<>();

        Known(List<String> classNames) {
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
                label = value == Math.rint(value) ? byName.get(Learned.integer(value)) : null;
            }
            if (label == null) {
                boolean missing = CsvCells.isMissing(field);
                bad.add(missing ? BadCells.Fault.MISSING_LABEL : BadCells.Fault.UNKNOWN_LABEL, field, line, column);
                return;
            }
            append(label);
        }

        @Override
        public List<String> classNames() {
            return classNames;
        }
    }

    /**
     * Label column of training data: integers become classes in ascending order, texts become classes in the order of
     * {@link String#compareTo}. Integers may be written with zero decimals ("1.0" is "1").
     */
    static final class Learned extends Labels {
        private static final double MAX_EXACT = 1L << 53;
        private static final int MANY_CLASSES = 100;
        private static final int SOME_CLASSES = 20;
        private static final int FEW_EXAMPLES = 5;

        private final Map<String, Integer> found = new HashMap<>();
        private final Kind numbers = new Kind();
        private final Kind texts = new Kind();

        /** Labels of a kind: their number and the first of them, for a message if the other kind is right. */
        private static final class Kind {
            private final List<BadCells.Cell> first = new ArrayList<>();
            private int count;

            void add(String field, long line) {
                if (first.size() < BadCells.LISTED) {
                    first.add(new BadCells.Cell(field, line));
                }
                count++;
            }
        }

        @Override
        public void add(String field, long line, int column, BadCells bad) {
            if (CsvCells.isMissing(field)) {
                bad.add(BadCells.Fault.MISSING_LABEL, field, line, column);
                return;
            }
            double value = CsvCells.number(field);
            boolean number = !Double.isNaN(value);
            if (number && (value != Math.rint(value) || Double.isInfinite(value))) {
                bad.add(BadCells.Fault.DECIMAL_LABEL, field, line, column);
                return;
            }
            if (number && Math.abs(value) > MAX_EXACT) {
                bad.add(BadCells.Fault.LARGE_LABEL, field, line, column);
                return;
            }
            (number ? numbers : texts).add(field, line);
            append(found.computeIfAbsent(number ? integer(value) : field, key -> found.size()));
        }

        /** Name of the class of an integer label. */
        static String integer(double value) {
            return Long.toString((long) value);
        }

        /** If there are integers and texts, the rarer kind is reported. */
        @Override
        public void finish(int column, BadCells bad) {
            Kind wrong = numbers.count < texts.count ? numbers : texts;
            if (numbers.count > 0 && texts.count > 0) {
                bad.addAll(BadCells.Fault.MIXED_LABEL, wrong.first, wrong.count, column);
            }
        }

        @Override
        public List<String> classNames() {
            Comparator<String> ascending = Comparator.comparingLong(Long::parseLong);
            return found.keySet().stream()
                    .sorted(numbers.count > 0 ? ascending : Comparator.naturalOrder())
                    .toList();
        }

        @Override
        public int[] labels() {
            List<String> names = classNames();
            int[] label = new int[names.size()];
            for (int j = 0; j < label.length; j++) {
                label[found.get(names.get(j))] = j;
            }
            return Arrays.stream(super.labels()).map(each -> label[each]).toArray();
        }

        /** A warning if the labels do not look like classes. */
        Optional<String> doubt() {
            int classes = found.size();
            boolean rare = classes >= SOME_CLASSES && rows() < FEW_EXAMPLES * classes;
            if (numbers.count > 0 && (rare || classes >= MANY_CLASSES)) {
                return Optional.of("the label takes " + classes + " different integers in " + rows()
                        + " rows, which looks like regression; this program learns classes and makes a class of each integer:"
                        + " group them into ranges if they are measurements or counts");
            }
            if (numbers.count == 0 && rare) {
                return Optional.of("the label takes " + classes + " different texts in " + rows()
                        + " rows, which looks like names or identifiers rather than classes: make sure that the label column is the"
                        + " right one");
            }
            return Optional.empty();
        }
    }
}

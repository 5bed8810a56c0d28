package org.pernodedrop.data;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.pernodedrop.io.MessageText;

/**
 * Decides from the first row and the rows below it whether the first row of a table is a header.
 *
 * <p>A header of words is obvious: more than half of its feature fields are not numbers. So is one with a known column
 * name. Headers of numbers, as pandas writes them for unnamed columns, are recognised by their label, which differs
 * from all labels below, and by their numbers, which are evenly spaced (0, 1, 2, ..; years; wavelengths) or integers
 * above columns with decimals; such a decision carries a reason for a notice. A row with a single word among its
 * numbers counts as data.
 *
 * @param header whether the first row is a header
 * @param reason for a notice; empty if the decision was obvious
 */
record HeaderDecision(boolean header, Optional<String> reason) {
    /** So many numbers counting from 0 or 1 are not a coincidence. */
    private static final int LONG_COUNT = 8;

    /** With fewer rows below, a label that occurs once is no evidence. */
    private static final int FEW_ROWS = 5;

    private static final int MIN_DISTINCT = 3;
    private static final double MIN_DECIMAL_SHARE = 0.8;

    private static final HeaderDecision WORDS = new HeaderDecision(true, Optional.empty());
    private static final HeaderDecision DATA = new HeaderDecision(false, Optional.empty());

    private static HeaderDecision header(String reason) {
        return new HeaderDecision(true, Optional.of(reason));
    }

    /**
     * Makes the decision.
     *
     * @param rows the first rows, all of the same width, at least one
     * @param label column of the label; -1 for none
     * @param names known names of feature columns; empty if unknown
     */
    static HeaderDecision of(List<String[]> rows, int label, List<String> names) {
        String[] first = rows.get(0);
        int[] features = IntStream.range(0, first.length)
                .filter(column -> column != label)
                .toArray();
        Evidence evidence = new Evidence(first, rows.subList(1, rows.size()), features, label);
        Optional<HeaderDecision> named = byName(evidence, Set.copyOf(names));
        if (named.isPresent()) {
            return named.get();
        }
        long words = IntStream.of(features)
                .filter(column -> !CsvCells.isNumber(first[column]))
                .count();
        boolean nothing = IntStream.of(features)
                .allMatch(column -> CsvCells.isNumber(first[column]) || CsvCells.isMissing(first[column]));
        if (words > 0 && 2 * words > features.length && !nothing) {
            return WORDS;
        }
        if (words > 0 && !evidence.evenUnderWords()) {
            return DATA;
        }
        return label < 0 ? withoutLabel(evidence) : withLabel(evidence);
    }

    private static Optional<HeaderDecision> byName(Evidence evidence, Set<String> known) {
        if (known.isEmpty()) {
            return Optional.empty();
        }
        List<String> fields = List.of(evidence.first);
        Set<String> found = new HashSet<>(fields);
        boolean distinct = found.size() == fields.size();
        boolean like = evidence.below.stream().anyMatch(row -> new HashSet<>(List.of(row)).equals(found));
        found.retainAll(known);
        if (found.stream().anyMatch(name -> !name.isEmpty() && !CsvCells.isNumber(name))) {
            return Optional.of(WORDS);
        }
        if (!distinct || like || 2 * found.size() <= known.size()) {
            return Optional.empty();
        }
        // Numbers that match names may be values by coincidence, but hardly several numbers with decimals.
        boolean all = found.size() == known.size() && found.size() >= MIN_DISTINCT;
        boolean decimals = found.size() > 1 && found.stream().noneMatch(CsvCells::isInteger);
        return all || decimals || evidence.integersOverDecimals()
                ? Optional.of(header("its numbers are the names of the model's columns"))
                : Optional.empty();
    }

    private static HeaderDecision withLabel(Evidence evidence) {
        boolean even = evidence.evenlySpaced(false);
        if (CsvCells.isMissing(evidence.labelField()) && !even) {
            return DATA;
        }
        boolean named = !CsvCells.isNumber(evidence.labelField());
        boolean unseen = evidence.labelComesNeverAgain();
        if (named && !even && !evidence.integersThatDiffer()) {
            return evidence.labelsAreNumbers() || unseen ? unlikeNames() : DATA;
        }
        if (named && evidence.labelsAreNumbers()) {
            return header("its label field " + MessageText.quoted(evidence.labelField())
                    + " is no number, as the labels below are");
        }
        if (named) {
            boolean counted = even || evidence.features.length > 1 && evidence.integersOverDecimals();
            boolean certain = unseen && evidence.below.size() >= FEW_ROWS;
            if (evidence.labelIsUnlikeAllBelow() && counted || certain) {
                return header("its label " + MessageText.quoted(evidence.labelField()) + " is in no row below"
                        + (even ? ", and its numbers are evenly spaced" : ""));
            }
            return even && evidence.countsFromStart(false) ? doubtful() : DATA;
        }
        boolean all = evidence.evenlySpaced(true);
        boolean decimals = evidence.integersOverDecimals();
        if (evidence.labelsAreTexts() && (all || even || decimals)) {
            return header("its label field " + MessageText.quoted(evidence.labelField())
                    + " is a number, as no label below is");
        }
        boolean counts = all && evidence.countsFromStart(true);
        int width = evidence.first.length;
        if (counts && width >= MIN_DISTINCT && (decimals || unseen || width >= LONG_COUNT)) {
            return header("its numbers count the columns");
        }
        if (decimals && unseen && (all || evidence.features.length >= MIN_DISTINCT)) {
            return header("it holds integers alone, over decimals, and its label is in no row below");
        }
        return counts && (width >= MIN_DISTINCT || decimals) ? doubtful() : DATA;
    }

    private static HeaderDecision withoutLabel(Evidence evidence) {
        boolean even = evidence.evenlySpaced(false);
        boolean counts = even && evidence.countsFromStart(false);
        int width = evidence.first.length;
        if (counts && width > 1 && (evidence.integersOverDecimals() || width >= LONG_COUNT)) {
            return header("its numbers count the columns");
        }
        if (even && width >= MIN_DISTINCT && evidence.integersOverDecimals()) {
            return header("its integers are evenly spaced, over decimals");
        }
        return counts && width >= MIN_DISTINCT ? doubtful() : DATA;
    }

    // A rare class or a faulty label: names of columns have no decimals and do not repeat.
    private static HeaderDecision unlikeNames() {
        return new HeaderDecision(
                false,
                Optional.of("its label is unlike those below, but its numbers are no names: these are integers, or"
                        + " evenly spaced, and differ"));
    }

    private static HeaderDecision doubtful() {
        return new HeaderDecision(false, Optional.of("its numbers count the columns, but may be an example's too"));
    }

    /** First row and rows below, with the properties that the decision uses. */
    private record Evidence(String[] first, List<String[]> below, int[] features, int label) {
        private String labelField() {
            return first[label];
        }

        /**
         * Whether the few words of the row stand among counting numbers and above numbers, for example the name of an
         * index column.
         */
        boolean evenUnderWords() {
            boolean overNumbers = IntStream.of(features)
                    .filter(column -> !CsvCells.isNumber(first[column]))
                    .allMatch(column -> (!CsvCells.isMissing(first[column]) || column == 0 && first[0].isEmpty())
                            && below.stream().anyMatch(row -> CsvCells.isNumber(row[column])));
            return overNumbers && (evenlySpaced(false) || label >= 0 && labelComesNeverAgain());
        }

        boolean labelsAreTexts() {
            return !below.isEmpty()
                    && below.stream().noneMatch(row -> CsvCells.isNumber(row[label]) || CsvCells.isMissing(row[label]));
        }

        boolean labelsAreNumbers() {
            long numbers =
                    below.stream().filter(row -> CsvCells.isNumber(row[label])).count();
            return 2 * numbers > below.size();
        }

        private Map<String, Integer> labelsBelow() {
            Map<String, Integer> counts = new HashMap<>();
            below.forEach(row -> counts.merge(row[label], 1, Integer::sum));
            return counts;
        }

        /** Whether no row below has this label, however few rows there are. */
        boolean labelIsUnlikeAllBelow() {
            return !below.isEmpty() && !labelsBelow().containsKey(labelField());
        }

        /** Whether no row below has this label although every other label occurs more than once. */
        boolean labelComesNeverAgain() {
            Map<String, Integer> counts = labelsBelow();
            return below.size() > 1
                    && !counts.containsKey(labelField())
                    && counts.values().stream().allMatch(count -> count > 1);
        }

        /** Whether the numbers of the first row are evenly spaced, unlike those of most rows below. */
        boolean evenlySpaced(boolean withLabel) {
            double step = step(first, withLabel);
            if (Double.isNaN(step) || step == 0) {
                return false;
            }
            if (numbers(first, withLabel).length < MIN_DISTINCT && !countsFromStart(withLabel)) {
                return false;
            }
            long like = below.stream()
                    .filter(row -> Math.abs(step(row, withLabel) - step) <= 1e-9 * Math.abs(step))
                    .count();
            return 2 * like < Math.max(1, below.size());
        }

        // The common difference of neighbours; NaN if they differ.
        private double step(String[] row, boolean withLabel) {
            double[] values = numbers(row, withLabel);
            if (values.length < 2) {
                return Double.NaN;
            }
            double step = values[1] - values[0];
            for (int j = 2; j < values.length; j++) {
                if (!(Math.abs(values[j] - values[j - 1] - step) <= 1e-6 * Math.abs(step))) {
                    return Double.NaN;
                }
            }
            return step;
        }

        // Numbers of the columns whose first field is a number.
        private double[] numbers(String[] row, boolean withLabel) {
            return IntStream.range(0, row.length)
                    .filter(column -> withLabel || column != label)
                    .filter(column -> CsvCells.isNumber(first[column]))
                    .mapToDouble(column -> CsvCells.number(row[column]))
                    .toArray();
        }

        /** Whether evenly spaced numbers are 0, 1, 2, .. or 1, 2, 3, .. */
        boolean countsFromStart(boolean withLabel) {
            double[] values = numbers(first, withLabel);
            return (values[0] == 0 || values[0] == 1) && values[1] - values[0] == 1;
        }

        /** Whether the numbers of the first row are distinct integers. */
        boolean integersThatDiffer() {
            Set<String> distinct = new HashSet<>();
            return IntStream.of(features)
                    .mapToObj(column -> first[column])
                    .filter(CsvCells::isNumber)
                    .allMatch(field -> CsvCells.isInteger(field) && distinct.add(field));
        }

        /** Whether they are, and most cells below have decimals. */
        boolean integersOverDecimals() {
            if (!integersThatDiffer()) {
                return false;
            }
            long cells = 0;
            long decimals = 0;
            for (int column : features) {
                if (!CsvCells.isNumber(first[column])) {
                    continue;
                }
                for (String[] row : below) {
                    cells++;
                    decimals += CsvCells.isNumber(row[column]) && !CsvCells.isInteger(row[column]) ? 1 : 0;
                }
            }
            return cells > 0 && decimals >= MIN_DECIMAL_SHARE * cells;
        }
    }
}

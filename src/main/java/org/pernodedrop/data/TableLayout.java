package org.pernodedrop.data;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.pernodedrop.data.CsvTable.Text;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.io.MessageText;

/**
 * The roles of a file's columns.
 *
 * @param names of all columns of the file; empty without a header
 * @param width number of columns of the file
 * @param features the column of each feature
 * @param label column of the label; -1 for none
 */
record TableLayout(List<String> names, int width, int[] features, int label) {
    static final int NO_LABEL = -1;

    /** A layout in which all columns but the label are features. */
    static TableLayout of(List<String> names, int width, int label) {
        int[] features =
                IntStream.range(0, width).filter(column -> column != label).toArray();
        return new TableLayout(names, width, features, label);
    }

    /** The first rows of a file, from which its layout is decided. */
    record Sample(String file, List<Text.Row> rows) {
        Text.Row first() {
            return rows.get(0);
        }

        int width() {
            return first().fields().length;
        }

        /** Whether the first row is a header; gives notice of a decision that was not obvious. */
        boolean hasHeader(Reading reading, int label, boolean labelIsNamed, List<String> known) {
            boolean header = decideHeader(reading, label, labelIsNamed, known);
            if (header) {
                reading.label().ifPresent(given -> tellOtherName(given, label, reading));
            }
            return header;
        }

        // Gives notice of a label that is the name of one column and the index of another.
        private void tellOtherName(String given, int label, Reading reading) {
            int named = List.of(first().fields()).indexOf(given);
            if (named >= 0 && named != label) {
                reading.notice()
                        .accept("label=" + given + " is read as the index of column " + (label + 1) + " of " + file
                                + " (" + MessageText.quoted(first().fields()[label]) + "), although column "
                                + (named + 1)
                                + " has that name; for that column, give label " + named);
            }
        }

        private boolean decideHeader(Reading reading, int label, boolean labelIsNamed, List<String> known) {
            if (reading.header() != Header.AUTO) {
                return reading.header() == Header.YES;
            }
            if (labelIsNamed) {
                return true;
            }
            List<String[]> whole = rows.stream()
                    .map(Text.Row::fields)
                    .filter(fields -> fields.length == width())
                    .toList();
            HeaderDecision decision = HeaderDecision.of(whole, label, known);
            decision.reason().ifPresent(reason -> reading.notice()
                    .accept("the first row of " + file + ", "
                            + MessageText.quoted(String.join(",", first().fields()))
                            + (decision.header()
                                    ? ", is taken for its header: " + reason
                                            + "; if it is an example, say so (--header no)"
                                    : ", is taken for an example: " + reason
                                            + "; if it is the header, say so (--header yes)")));
            return decision.header();
        }

        /** The column names, which must be distinct. */
        List<String> names() {
            List<String> names = List.of(first().fields());
            Map<String, Integer> columns = new HashMap<>();
            for (int column = 0; column < names.size(); column++) {
                Integer earlier = columns.putIfAbsent(names.get(column), column);
                if (earlier != null) {
                    throw new DataException(
                            "columns must have different names: " + MessageText.quoted(names.get(column))
                                    + " names columns " + (earlier + 1) + " and " + (column + 1) + " of " + file
                                    + "; rename one, or, if the first row is an example, say so (--header no)");
                }
            }
            return names;
        }

        /**
         * The column of a label setting: a name in the first row, or an index from 0.
         *
         * @throws DataException if there is no such column, or more than one
         */
        int labelColumn(String label, Header header) {
            String[] fields = first().fields();
            int[] named = header == Header.NO
                    ? new int[0]
                    : IntStream.range(0, width())
                            .filter(column -> fields[column].equals(label))
                            .toArray();
            boolean index = label.matches("\\d{1,9}") && Integer.parseInt(label) < width();
            // A number is a column name only if the first row has no other numbers, or if it is not a valid index.
            boolean names = !label.matches("\\d{1,9}")
                    || Arrays.stream(fields).noneMatch(CsvCells::isNumber)
                    || header == Header.YES && !index;
            if (names && named.length == 1) {
                return named[0];
            }
            if (names && named.length > 1) {
                throw new DataException("label must name one column: label=" + label + " names " + named.length + " of "
                        + file + "; give its 0-based index");
            }
            if (index) {
                return Integer.parseInt(label);
            }
            throw new DataException("label must be the name of a column or an index from 0 to " + (width() - 1)
                    + ": label=" + label + ", the first row of " + file + " is "
                    + MessageText.quoted(String.join(",", fields)));
        }

        /** Whether a label setting is a word of the first row, which then is a header. */
        boolean isNamed(String label, int column) {
            return first().fields()[column].equals(label) && !CsvCells.isNumber(label);
        }
    }
}

package org.pernodedrop.data;

import java.util.List;

/** What becomes of the label column of a table. */
interface Labels {
    /**
     * Takes the label of the next row.
     *
     * @param line of the row
     * @param column of the label, from 0
     * @param bad is told of labels that cannot be
     */
    void add(String field, long line, int column, BadCells bad);

    /** Called behind the last row, with the same column. */
    default void finish(int column, BadCells bad) {}

    /** Label of every row. */
    int[] labels();

    /** Names of the classes, by label. */
    List<String> classNames();
}

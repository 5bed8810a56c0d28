package org.pernodedrop.bench.report;

import java.util.List;

/**
 * A plot, before it is drawn.
 *
 * @param title above it
 * @param caption below it, for readers who know nothing of the code
 * @param xTitle along the x axis
 * @param yTitle along the y axis
 * @param categories names along the x axis of a plot of bars; empty for one with two logarithmic axes
 * @param series what is drawn
 */
record Plot(String title, String caption, String xTitle, String yTitle, List<String> categories, List<Series> series) {
    /**
     * Values of one kind.
     *
     * @param name in the legend
     * @param x above 0; of bars, the numbers of their categories
     * @param y above 0
     * @param look how they are drawn
     */
    record Series(String name, List<Double> x, List<Double> y, Look look) {}

    /** How values are drawn. */
    enum Look {
        /** A dashed line without marks: a bound. */
        BOUND,
        /** Marks, joined by a line. */
        LINE,
        /** Marks alone. */
        POINTS
    }

    boolean isBars() {
        return !categories.isEmpty();
    }
}

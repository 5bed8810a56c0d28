package org.pernodedrop.app.report;

import java.util.List;
import org.pernodedrop.io.SafeText;

/**
 * A plot, before it is drawn.
 *
 * @param title above it
 * @param caption below it, for readers who know nothing of the code
 * @param xTitle along the x axis
 * @param yTitle along the y axis
 * @param axes how values lie along them; bars always have a logarithmic one
 * @param categories names along the x axis of a plot of bars; empty for others
 * @param series what is drawn
 */
public record Plot(
        String title,
        String caption,
        String xTitle,
        String yTitle,
        Axes axes,
        List<String> categories,
        List<Series> series) {
    /** Makes all texts fit to be drawn. */
    public Plot {
        title = SafeText.page(title);
        caption = SafeText.page(caption);
        xTitle = SafeText.page(xTitle);
        yTitle = SafeText.page(yTitle);
        categories = categories.stream().map(SafeText::page).toList();
    }

    /**
     * Values of one kind.
     *
     * @param name in the legend
     * @param x of bars, the numbers of their categories
     * @param y as many
     * @param spread above and below y, shown as whiskers; empty for none
     * @param look how they are drawn
     */
    public record Series(String name, List<Double> x, List<Double> y, List<Double> spread, Look look) {
        /** Makes the name fit to be drawn. */
        public Series {
            name = SafeText.page(name);
        }

        /** Values without a spread. */
        public Series(String name, List<Double> x, List<Double> y, Look look) {
            this(name, x, y, List.of(), look);
        }
    }

    /** How values lie along the axes. */
    public enum Axes {
        /** In proportion. */
        LINEAR,
        /** By their logarithms: values are above 0. */
        LOGARITHMIC
    }

    /** How values are drawn. */
    public enum Look {
        /** A dashed line without marks: a bound. */
        BOUND,
        /** Marks, joined by a line. */
        LINE,
        /** Marks alone. */
        POINTS,
        /** A line without marks. */
        CURVE
    }

    boolean isBars() {
        return !categories.isEmpty();
    }
}

package org.pernodedrop.app.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.MessageText;
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
    /** Replaces characters that cannot be drawn. */
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
        /** Replaces characters that cannot be drawn. */
        public Series {
            name = SafeText.page(name);
        }

        /** Values without a spread. */
        public Series(String name, List<Double> x, List<Double> y, Look look) {
            this(name, x, y, List.of(), look);
        }
    }

    /** Scale of the axes. */
    public enum Axes {
        /** Linear. */
        LINEAR,
        /** Logarithmic, for values above 0. */
        LOGARITHMIC
    }

    /** Style of a series. */
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

    /**
     * Draws plots side by side as a PNG image.
     *
     * @param file replaced if it is there
     * @return why nothing could be drawn, in one line, on a machine without the libraries or fonts for it; empty if the
     *     file is there
     * @throws IOException if it cannot be written
     */
    public static Optional<String> write(Path file, List<Plot> plots) throws IOException {
        byte[] image;
        try {
            image = PlotDrawing.png(plots);
        } catch (LinkageError | InternalError | RuntimeException e) {
            return Optional.of(file.getFileName() + " was not drawn: " + lacking(e));
        }
        AtomicFile.write(file, image);
        return Optional.empty();
    }

    /**
     * Explains in one line why something was not drawn: what the runtime lacks, with a remedy, or which values cannot
     * be drawn.
     */
    static String lacking(Throwable failure) {
        if (failure instanceof IllegalArgumentException) {
            return "some values have no place in a plot (" + MessageText.shown(failure.getMessage()) + ")";
        }
        return "this Java runtime lacks graphics libraries or fonts; make them elsewhere, from the results ("
                + failure.toString().lines().findFirst().orElse("") + ")";
    }
}

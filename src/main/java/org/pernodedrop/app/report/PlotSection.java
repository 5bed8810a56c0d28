package org.pernodedrop.app.report;

import java.util.List;
import java.util.Optional;
import org.pernodedrop.io.MessageText;
import org.w3c.dom.Element;

/** The plots of a page, or a note that says why there are none. */
public final class PlotSection {
    private final Page page;
    private String problem;

    /** None yet. */
    public PlotSection(Page page) {
        this.page = page;
    }

    /** Adds plots, each with its caption; nothing after the first that cannot be drawn. */
    public void add(Element section, List<Plot> plots) {
        for (Plot plot : plots) {
            if (problem == null) {
                add(section, plot);
            }
        }
    }

    private void add(Element section, Plot plot) {
        Element drawing;
        try {
            drawing = PlotDrawing.svg(page.document(), plot);
        } catch (LinkageError | InternalError | RuntimeException e) {
            // What a Java runtime without the desktop module, native libraries or fonts throws, depending on what it
            // lacks.
            problem = "plots were not drawn: " + lacking(e);
            return;
        }
        Element figure = page.add(section, "figure", "");
        figure.appendChild(drawing);
        page.add(figure, "figcaption", plot.caption());
    }

    /** Why something was not drawn, in one line: what a runtime lacks, and the way out, or what values cannot be drawn. */
    static String lacking(Throwable failure) {
        if (failure instanceof IllegalArgumentException) {
            return "some values have no place in a plot (" + MessageText.shown(failure.getMessage()) + ")";
        }
        return "this Java runtime lacks graphics libraries or fonts; make them elsewhere, from the results ("
                + failure.toString().lines().findFirst().orElse("") + ")";
    }

    /** At the end of the page. */
    public void addNote() {
        if (problem != null) {
            page.add(page.body(), "p", problem).setAttribute("class", "note");
        }
    }

    /** Why plots are missing, in one line; empty if all were drawn. */
    public Optional<String> notDrawn() {
        return Optional.ofNullable(problem);
    }
}

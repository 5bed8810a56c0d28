package org.pernodedrop.bench.report;

import java.util.List;
import java.util.Optional;
import org.pernodedrop.bench.LayerRow;
import org.pernodedrop.bench.RunRow;
import org.w3c.dom.Element;

/** The plots of a page, or a note that says why there are none. */
final class PlotSection {
    private final Page page;
    private String problem;

    PlotSection(Page page) {
        this.page = page;
    }

    void addLayers(Element section, RunRow run, List<LayerRow> layers) {
        for (Plot plot : LayerPlots.of(run, layers)) {
            if (problem == null) {
                add(section, plot);
            }
        }
    }

    private void add(Element section, Plot plot) {
        Element drawing;
        try {
            drawing = PlotDrawing.svg(page.document, plot);
        } catch (LinkageError | InternalError | RuntimeException e) {
            // What a Java runtime without the desktop module, native libraries or fonts throws, depending on what it
            // lacks.
            problem =
                    "plots were not drawn: this Java runtime lacks graphics libraries or fonts; make the page elsewhere,"
                            + " from the results, by bench report ("
                            + e.toString().lines().findFirst().orElse("") + ")";
            return;
        }
        Element figure = page.add(section, "figure", "");
        figure.appendChild(drawing);
        page.add(figure, "figcaption", plot.caption());
    }

    /** At the end of the page. */
    void addNote() {
        if (problem != null) {
            page.add(page.body, "p", problem).setAttribute("class", "note");
        }
    }

    Optional<String> notDrawn() {
        return Optional.ofNullable(problem);
    }
}

package org.pernodedrop.app.compare.report;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.app.report.Plot;
import org.pernodedrop.app.report.PlotImage;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.FileSet;

/** What is made of a comparison: runs.csv, summary.csv, differences.csv, summary.json, gap.png and index.html. */
public final class ComparisonFiles {
    /** All of them, which belong together. */
    public static final FileSet.Kind FILES = new FileSet.Kind(
            "comparison",
            List.of("runs.csv", "summary.csv", "differences.csv", "summary.json", "index.html", "gap.png"));

    private ComparisonFiles() {}

    /**
     * Writes all of them, each whole or not at all; those that are there are replaced.
     *
     * @return why plots are missing, in one line; empty if they were drawn
     * @throws IOException if one cannot be written
     */
    public static Optional<String> write(Path directory, Comparison comparison, RunsFile.Header header)
            throws IOException {
        ComparisonTables tables = new ComparisonTables(comparison);
        write(directory.resolve("runs.csv"), tables.runs());
        write(directory.resolve("summary.csv"), tables.summary());
        write(directory.resolve("differences.csv"), tables.differences());
        write(directory.resolve("summary.json"), tables.json(header));
        ComparisonPage page = new ComparisonPage(comparison, header);
        write(directory.resolve("index.html"), page.html());
        List<Plot> curves = ComparisonPlots.curves(comparison);
        if (!curves.isEmpty()) {
            PlotImage.write(directory.resolve("gap.png"), curves);
        }
        return page.notDrawn();
    }

    private static void write(Path file, String text) throws IOException {
        AtomicFile.write(file, text.getBytes(StandardCharsets.UTF_8));
    }
}

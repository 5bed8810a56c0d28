package org.pernodedrop.app.report;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.pernodedrop.io.AtomicFile;

/** Plots side by side as a PNG image. */
public final class PlotImage {
    private PlotImage() {}

    /**
     * Draws them.
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
            return Optional.of(file.getFileName() + " was not drawn: " + PlotSection.lacking(e));
        }
        AtomicFile.write(file, image);
        return Optional.empty();
    }
}

package org.pernodedrop.train;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/** Loss curves as a PNG image: train and validation loss of each network on the left, their gap on the right. */
public final class CurvesPlot {
    /** Width of the image in pixels. */
    public static final int WIDTH = 1200;

    /** Height of the image in pixels. */
    public static final int HEIGHT = 500;

    private CurvesPlot() {}

    /**
     * Draws the curves.
     *
     * @param file replaced if it is there
     * @param results by the networks' names, one or two
     * @return why nothing could be drawn, in one line, on a machine without the libraries or fonts for it; empty if the
     *     file is there
     * @throws UncheckedIOException if the file cannot be written
     */
    public static Optional<String> write(Path file, Map<String, TrainingResult> results) {
        byte[] image;
        try {
            image = CurvesImage.png(results);
        } catch (LinkageError | InternalError | RuntimeException e) {
            // What a Java runtime without the desktop module, native libraries or fonts throws, depending on what it
            // lacks.
            return Optional.of(
                    file.getFileName() + " was not drawn: this Java runtime lacks graphics libraries or fonts;"
                            + " install a full one and fontconfig ("
                            + e.toString().lines().findFirst().orElse("") + ")");
        }
        RunDirectory.write(file, image);
        return Optional.empty();
    }
}

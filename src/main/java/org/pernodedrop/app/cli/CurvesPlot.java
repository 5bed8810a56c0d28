package org.pernodedrop.app.cli;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.pernodedrop.app.report.CurvesImage;
import org.pernodedrop.train.EpochMetrics;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.TrainingResult;

/** Writes a run's loss curves, where the Java runtime is able to draw. */
final class CurvesPlot {
    private CurvesPlot() {}

    /**
     * Draws the curves.
     *
     * @param file replaced if it exists
     * @param results by the networks' names, one or two
     * @return empty if the file was written; otherwise one line that names the graphics library or fonts which are
     *     missing
     * @throws UncheckedIOException if the file cannot be written
     */
    static Optional<String> write(Path file, Map<String, TrainingResult> results) {
        byte[] image;
        try {
            image = CurvesImage.png(results.entrySet().stream()
                    .map(entry -> losses(entry.getKey(), entry.getValue().epochs()))
                    .toList());
        } catch (LinkageError | InternalError | RuntimeException e) {
            // Thrown by a Java runtime that lacks the desktop module, native libraries or fonts.
            return Optional.of(
                    file.getFileName() + " was not drawn: this Java runtime lacks graphics libraries or fonts;"
                            + " install a full one and fontconfig ("
                            + e.toString().lines().findFirst().orElse("") + ")");
        }
        RunDirectory.write(file, image);
        return Optional.empty();
    }

    private static CurvesImage.Losses losses(String name, List<EpochMetrics> epochs) {
        return new CurvesImage.Losses(
                name, values(epochs, EpochMetrics::trainLoss), values(epochs, EpochMetrics::validationLoss));
    }

    private static double[] values(List<EpochMetrics> epochs, ToDoubleFunction<EpochMetrics> value) {
        return epochs.stream().mapToDouble(value).toArray();
    }
}

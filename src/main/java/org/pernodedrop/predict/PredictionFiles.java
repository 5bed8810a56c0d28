package org.pernodedrop.predict;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import org.pernodedrop.app.report.Plot;
import org.pernodedrop.app.report.PlotImage;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.CsvLine;

/** Predictions as files: {@code predictions.csv}, and of labelled examples {@code calibration.csv} and {@code reliability.png}. */
public final class PredictionFiles {
    static final String CALIBRATION_HEADER = "low,high,count,confidence,accuracy";

    private PredictionFiles() {}

    /** As {@link #writePredictions(Path, List, List, int[], IntUnaryOperator)}, of rows that are those of a file. */
    public static void writePredictions(Path file, List<Prediction> predictions, List<String> classNames, int[] labels)
            throws IOException {
        writePredictions(file, predictions, classNames, labels, null);
    }

    /**
     * Writes a line for each prediction: number of the row from 0, its number in the file it comes from, label if it is
     * known, class, probability of the class, uncertainty if it was measured, then the probability, and the deviation, of
     * every class. A row without a prediction has empty fields.
     *
     * @param classNames by label; what would be a formula or has control characters is changed, see {@link CsvLine}
     * @param labels that are known; null for none
     * @param sourceRows number, from 0, of each row where it was read; null if these are the rows
     * @throws IOException if the file cannot be written
     */
    public static void writePredictions(
            Path file, List<Prediction> predictions, List<String> classNames, int[] labels, IntUnaryOperator sourceRows)
            throws IOException {
        boolean uncertain = predictions.get(0).uncertainty().isPresent();
        StringBuilder text = new StringBuilder(CsvLine.of(header(classNames, labels, sourceRows, uncertain)));
        for (int row = 0; row < predictions.size(); row++) {
            Prediction prediction = predictions.get(row);
            boolean exists = prediction.exists();
            List<Object> line = new ArrayList<>(List.of(row));
            if (sourceRows != null) {
                line.add(sourceRows.applyAsInt(row));
            }
            if (labels != null) {
                line.add(classNames.get(labels[row]));
            }
            line.add(exists ? classNames.get(prediction.label()) : null);
            line.add(exists ? prediction.confidence() : null);
            prediction.uncertainty().ifPresent(uncertainty -> {
                line.add(exists ? uncertainty.deviations()[prediction.label()] : null);
                line.add(known(uncertainty.predictiveEntropy()));
                line.add(known(uncertainty.mutualInformation()));
            });
            addAll(line, prediction.probabilities());
            prediction.uncertainty().ifPresent(uncertainty -> addAll(line, uncertainty.deviations()));
            text.append(CsvLine.of(line));
        }
        write(file, text);
    }

    private static List<Object> header(
            List<String> classNames, int[] labels, IntUnaryOperator sourceRows, boolean uncertain) {
        List<Object> header = new ArrayList<>(List.of("row"));
        if (sourceRows != null) {
            header.add("source_row");
        }
        if (labels != null) {
            header.add("label");
        }
        header.addAll(List.of("class", "probability"));
        if (uncertain) {
            header.addAll(List.of("deviation", "predictive_entropy", "mutual_information"));
        }
        classNames.forEach(name -> header.add("probability_" + name));
        if (uncertain) {
            classNames.forEach(name -> header.add("deviation_" + name));
        }
        return header;
    }

    private static void addAll(List<Object> line, double[] values) {
        for (double value : values) {
            line.add(known(value));
        }
    }

    private static Double known(double value) {
        return Double.isNaN(value) ? null : value;
    }

    /**
     * Writes the bins of a calibration as a table.
     *
     * @throws IOException if the file cannot be written
     */
    public static void writeCalibration(Path file, Calibration calibration) throws IOException {
        StringBuilder text = new StringBuilder(CALIBRATION_HEADER).append('\n');
        for (Calibration.Bin bin : calibration.bins()) {
            text.append(CsvLine.of(
                    Arrays.asList(bin.low(), bin.high(), bin.count(), known(bin.confidence()), known(bin.accuracy()))));
        }
        write(file, text);
    }

    /**
     * Draws the reliability diagram: accuracy against confidence, and the diagonal where both are equal.
     *
     * @param calibration of at least one prediction
     * @return why it was not drawn, in one line; empty if it was
     * @throws IOException if the file cannot be written
     */
    public static Optional<String> drawReliability(Path file, Calibration calibration) throws IOException {
        List<Calibration.Bin> filled =
                calibration.bins().stream().filter(bin -> bin.count() > 0).toList();
        Plot plot = new Plot(
                String.format(Locale.ROOT, "Reliability: ECE %.4f", calibration.expectedCalibrationError()),
                "Share of right predictions against what the network said, in bins of its confidence. Below the dashed line it"
                        + " is too sure of itself, above it too modest.",
                "confidence",
                "accuracy",
                Plot.Axes.LINEAR,
                List.of(),
                List.of(
                        new Plot.Series("as often as it says", List.of(0.0, 1.0), List.of(0.0, 1.0), Plot.Look.BOUND),
                        new Plot.Series(
                                "predictions",
                                filled.stream().map(Calibration.Bin::confidence).toList(),
                                filled.stream().map(Calibration.Bin::accuracy).toList(),
                                Plot.Look.LINE)));
        return PlotImage.write(file, List.of(plot));
    }

    private static void write(Path file, CharSequence text) throws IOException {
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }
}

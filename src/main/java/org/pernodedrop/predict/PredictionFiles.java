package org.pernodedrop.predict;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.apache.commons.csv.CSVFormat;
import org.pernodedrop.files.AtomicFile;
import org.pernodedrop.report.Plot;
import org.pernodedrop.report.PlotImage;

/** Predictions as files: {@code predictions.csv}, and of labelled examples {@code calibration.csv} and {@code reliability.png}. */
public final class PredictionFiles {
    private static final CSVFormat CSV =
            CSVFormat.DEFAULT.builder().setRecordSeparator('\n').get();

    private PredictionFiles() {}

    /**
     * Writes a line for each prediction: number of the row from 0, label if it is known, class, probability of the class,
     * uncertainty if it was measured, then the probability, and the deviation, of every class.
     *
     * @param classNames by label
     * @param labels that are known; null for none
     * @throws IOException if the file cannot be written
     */
    public static void writePredictions(Path file, List<Prediction> predictions, List<String> classNames, int[] labels)
            throws IOException {
        boolean uncertain = predictions.get(0).uncertainty().isPresent();
        StringBuilder text = new StringBuilder();
        List<Object> header = new ArrayList<>(List.of("row"));
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
        append(text, header);
        for (int row = 0; row < predictions.size(); row++) {
            Prediction prediction = predictions.get(row);
            List<Object> line = new ArrayList<>(List.of(row));
            if (labels != null) {
                line.add(classNames.get(labels[row]));
            }
            line.add(classNames.get(prediction.label()));
            line.add(prediction.confidence());
            prediction.uncertainty().ifPresent(uncertainty -> {
                line.add(uncertainty.deviations()[prediction.label()]);
                line.add(uncertainty.predictiveEntropy());
                line.add(uncertainty.mutualInformation());
            });
            addAll(line, prediction.probabilities());
            prediction.uncertainty().ifPresent(uncertainty -> addAll(line, uncertainty.deviations()));
            append(text, line);
        }
        write(file, text);
    }

    private static void addAll(List<Object> line, double[] values) {
        for (double value : values) {
            line.add(value);
        }
    }

    private static void append(StringBuilder text, List<Object> values) {
        text.append(CSV.format(values.toArray())).append('\n');
    }

    /**
     * Writes the bins of a calibration as a table.
     *
     * @throws IOException if the file cannot be written
     */
    public static void writeCalibration(Path file, Calibration calibration) throws IOException {
        StringBuilder text = new StringBuilder("low,high,count,confidence,accuracy\n");
        for (Calibration.Bin bin : calibration.bins()) {
            boolean empty = bin.count() == 0;
            append(
                    text,
                    List.of(
                            bin.low(),
                            bin.high(),
                            bin.count(),
                            empty ? "" : bin.confidence(),
                            empty ? "" : bin.accuracy()));
        }
        write(file, text);
    }

    /**
     * Draws the reliability diagram: accuracy against confidence, and the diagonal where both are equal.
     *
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

package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntUnaryOperator;
import java.util.regex.Pattern;
import org.pernodedrop.app.report.Plot;
import org.pernodedrop.io.AtomicFile;
import org.pernodedrop.io.CsvLine;
import org.pernodedrop.io.FileSet;
import org.pernodedrop.predict.Calibration;
import org.pernodedrop.predict.Prediction;

/**
 * Predictions as files: {@code predictions.csv}, and of labelled examples {@code calibration.csv} and {@code
 * reliability.png}.
 */
final class PredictionFiles {
    /** The table of predictions, which is written first. */
    static final String PREDICTIONS = "predictions.csv";

    /** The table of a calibration. */
    static final String CALIBRATION = "calibration.csv";

    /** The plot of a calibration. */
    static final String RELIABILITY = "reliability.png";

    /** All of them. */
    static final FileSet.Kind FILES = new FileSet.Kind("predictions", List.of(PREDICTIONS, CALIBRATION, RELIABILITY));

    private static final String CALIBRATION_HEADER = "low,high,count,confidence,accuracy";

    /** Number of bytes that are inspected; longer than the fixed beginning of a table. */
    private static final int BEGINNING = 100;

    private static final Pattern PREDICTIONS_BEGINNING =
            Pattern.compile("row,(source_row,)?(label,)?class,probability[,\\r\\n]");
    private static final Pattern CALIBRATION_BEGINNING =
            Pattern.compile(Pattern.quote(CALIBRATION_HEADER) + "[\\r\\n]");

    private PredictionFiles() {}

    /**
     * Writes a line for each prediction: number of the row from 0, its number in the file it comes from, label if it
     * is known, class, probability of the class, uncertainty if it was measured, then the probability, and the
     * deviation, of every class. A row without a prediction has empty fields.
     *
     * @param classNames by label; what would be a formula or has control characters is changed, see {@link CsvLine}
     * @param labels that are known; null for none
     * @param sourceRows number, from 0, of each row where it was read; null if these are the rows
     * @throws IOException if the file cannot be written
     */
    static void writePredictions(
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
    static void writeCalibration(Path file, Calibration calibration) throws IOException {
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
    static Optional<String> drawReliability(Path file, Calibration calibration) throws IOException {
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
        return Plot.write(file, List.of(plot));
    }

    private static void write(Path file, CharSequence text) throws IOException {
        AtomicFile.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Whether a file was written by this class, judged by its beginning: only such files may be replaced.
     *
     * @param file with one of the names
     */
    static boolean isOwn(Path file) {
        if (file.endsWith(CALIBRATION)) {
            return begins(file, CALIBRATION_BEGINNING);
        }
        // An image does not reveal its origin; the table of predictions is beside it.
        return begins(file.resolveSibling(PREDICTIONS), PREDICTIONS_BEGINNING);
    }

    private static boolean begins(Path file, Pattern beginning) {
        if (!Files.isRegularFile(file)) {
            return false;
        }
        try (InputStream content = Files.newInputStream(file)) {
            String text = new String(content.readNBytes(BEGINNING), StandardCharsets.ISO_8859_1);
            return beginning.matcher(text).lookingAt();
        } catch (IOException e) {
            // An unreadable file may be somebody else's.
            return false;
        }
    }
}

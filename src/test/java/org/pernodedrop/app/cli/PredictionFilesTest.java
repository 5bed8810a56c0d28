package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.predict.Calibration;
import org.pernodedrop.predict.Prediction;

class PredictionFilesTest {
    private static Prediction of(double... probabilities) {
        return of(Optional.empty(), probabilities);
    }

    private static Prediction of(Optional<Prediction.Uncertainty> uncertainty, double... probabilities) {
        double[] logs = Arrays.stream(probabilities).map(Math::log).toArray();
        return new Prediction(probabilities, logs, uncertainty);
    }

    @Test
    void aRowWithoutAPredictionIsLeftEmpty(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("predictions.csv");
        List<String> names = List.of("=1+1", "b\u001B");
        PredictionFiles.writePredictions(
                file, List.of(Prediction.none(2, false), of(0.75, 0.25)), names, new int[] {1, 0}, row -> 7 - row);
        assertEquals(
                List.of(
                        "row,source_row,label,class,probability,probability_=1+1,probability_b\\u001B",
                        "0,7,b\\u001B,,,,",
                        "1,6,'=1+1,'=1+1,0.75,0.75,0.25"),
                Files.readAllLines(file));
        PredictionFiles.writePredictions(file, List.of(Prediction.none(2, true)), names, null, null);
        assertEquals("0,,,,,,,,,", Files.readAllLines(file).get(1));
    }

    @Test
    void filesHoldWhatWasMeasured(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("calibration.csv");
        PredictionFiles.writeCalibration(file, Calibration.of(List.of(of(0.95, 0.05)), new int[] {0}));
        List<String> lines = Files.readAllLines(file);
        assertEquals("low,high,count,confidence,accuracy", lines.get(0));
        assertEquals(16, lines.size());
        assertEquals("0.9333333333333333,1.0,1,0.95,1.0", lines.get(15));
        assertTrue(lines.get(1).endsWith(",0,,"), lines.get(1));
        Path predictions = folder.resolve("predictions.csv");
        Prediction uncertain =
                of(Optional.of(new Prediction.Uncertainty(new double[] {0.1, 0.2}, 0.5, 0.125)), 0.25, 0.75);
        PredictionFiles.writePredictions(predictions, List.of(uncertain), List.of("no", "yes, \"sure\""), null, null);
        assertEquals(
                List.of(
                        "row,class,probability,deviation,predictive_entropy,mutual_information,probability_no,"
                                + "\"probability_yes, \"\"sure\"\"\",deviation_no,\"deviation_yes, \"\"sure\"\"\"",
                        "0,\"yes, \"\"sure\"\"\",0.75,0.2,0.5,0.125,0.25,0.75,0.1,0.2"),
                Files.readAllLines(predictions));
    }
}

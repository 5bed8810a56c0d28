package org.pernodedrop.predict;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static Prediction of(double... probabilities) {
        double[] logs = Arrays.stream(probabilities).map(Math::log).toArray();
        return new Prediction(probabilities, logs, Optional.empty());
    }

    @Test
    void byHand() {
        List<Prediction> predictions = List.of(of(0.9, 0.1), of(0.92, 0.08), of(0.4, 0.6), of(0.5, 0.5));
        Calibration calibration = Calibration.of(predictions, new int[] {0, 1, 1, 0});
        // (0.8667, 0.9333] holds two at 0.91, half of them right; 0.6 and 0.5 are right in bins of their own.
        assertEquals(0.75, calibration.accuracy());
        assertEquals((2 * 0.41 + 0.4 + 0.5) / 4, calibration.expectedCalibrationError(), 1e-12);
        assertEquals(
                -(Math.log(0.9) + Math.log(0.08) + Math.log(0.6) + Math.log(0.5)) / 4,
                calibration.negativeLogLikelihood(),
                1e-12);
        assertEquals((2 * 0.01 + 2 * 0.8464 + 2 * 0.16 + 2 * 0.25) / 4, calibration.brierScore(), 1e-12);
        Calibration.Bin bin = calibration.bins().get(13);
        assertEquals(2, bin.count());
        assertEquals(0.91, bin.confidence(), 1e-12);
        assertEquals(0.5, bin.accuracy());
        assertEquals(Calibration.BINS, calibration.bins().size());
        assertTrue(Double.isNaN(calibration.bins().get(0).accuracy()));
    }

    /** Bounds of bins belong to the bin below; certainty to the last. */
    @Test
    void boundsBelongBelow() {
        Calibration calibration = Calibration.of(List.of(of(1, 0), of(0.6, 0.4)), new int[] {0, 0});
        assertEquals(1, calibration.bins().get(14).count());
        assertEquals(1, calibration.bins().get(8).count(), "0.6 is the upper bound of bin 8");
        assertEquals(0.2, calibration.expectedCalibrationError(), 1e-12);
    }

    @Test
    void whoIsRightAsOftenAsHeSaysHasNoError() {
        Random random = new Random(5);
        int n = 100_000;
        List<Prediction> predictions = new ArrayList<>();
        int[] labels = new int[n];
        for (int k = 0; k < n; k++) {
            double p = 0.5 + random.nextDouble() / 2;
            predictions.add(of(p, 1 - p));
            labels[k] = random.nextDouble() < p ? 0 : 1;
        }
        // Eight bins of 12,500, each with a standard error of at most 0.0045.
        assertTrue(Calibration.of(predictions, labels).expectedCalibrationError() < 0.012);
    }

    /** Underflowed probabilities have logarithms all the same. */
    @Test
    void aProbabilityThatUnderflowsHasALikelihood() {
        Prediction sure = Prediction.of(new double[] {0, -1200}, Optional.empty());
        assertEquals(0, sure.probabilities()[1]);
        Calibration calibration = Calibration.of(List.of(sure, sure), new int[] {0, 1});
        assertEquals(600, calibration.negativeLogLikelihood(), 1e-12);
    }

    @Test
    void whoHasNoPredictionIsCountedApart() {
        Prediction none = Prediction.none(2, false);
        Calibration calibration =
                Calibration.of(List.of(none, of(0.9, 0.1), none, of(0.6, 0.4)), new int[] {0, 0, 1, 1});
        assertEquals(2, calibration.examples());
        assertEquals(2, calibration.withoutPrediction());
        assertEquals(0.5, calibration.accuracy());
        assertEquals((0.1 + 0.6) / 2, calibration.expectedCalibrationError(), 1e-12);
        assertEquals(-(Math.log(0.9) + Math.log(0.4)) / 2, calibration.negativeLogLikelihood(), 1e-12);
        assertEquals(
                2, calibration.bins().stream().mapToInt(Calibration.Bin::count).sum());
        Calibration nothing = Calibration.of(List.of(none), new int[] {0});
        assertEquals(0, nothing.examples());
        assertTrue(Double.isNaN(nothing.accuracy()));
        assertTrue(Double.isNaN(nothing.negativeLogLikelihood()));
    }

    @Test
    void whatDoesNotMatchIsRefused() {
        assertThrows(IllegalArgumentException.class, () -> Calibration.of(List.of(), new int[0]));
        assertThrows(IllegalArgumentException.class, () -> Calibration.of(List.of(of(1, 0)), new int[2]));
    }
}

package org.pernodedrop.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Running means and squared deviations of probabilities per row (Welford 1962), the logarithms of their sums, which
 * are finite where probabilities underflow, and the mean entropy of draws. A row has no prediction if one of its draws
 * has none.
 */
final class Draws {
    private final int classes;
    private final int[] counts;
    private final double[] means;
    private final double[] squares;
    private final double[] entropies;
    private final double[] logSums;
    private final boolean[] lost;

    Draws(int rows, int classes) {
        this.classes = classes;
        counts = new int[rows];
        means = new double[Math.multiplyExact(rows, classes)];
        squares = new double[means.length];
        entropies = new double[rows];
        logSums = new double[means.length];
        Arrays.fill(logSums, Double.NEGATIVE_INFINITY);
        lost = new boolean[rows];
    }

    void add(int row, Prediction draw) {
        if (!draw.exists()) {
            lost[row] = true;
            return;
        }
        double[] probabilities = draw.probabilities();
        int count = ++counts[row];
        for (int c = 0; c < classes; c++) {
            int k = row * classes + c;
            double before = probabilities[c] - means[k];
            means[k] += before / count;
            squares[k] += before * (probabilities[c] - means[k]);
            logSums[k] = logOfSum(logSums[k], draw.logProbabilities()[c]);
        }
        entropies[row] += (Prediction.entropy(probabilities) - entropies[row]) / count;
    }

    // ln(e^a + e^b)
    private static double logOfSum(double a, double b) {
        double larger = Math.max(a, b);
        return larger + Math.log1p(Math.exp(Math.min(a, b) - larger));
    }

    List<Prediction> predictions(int draws) {
        List<Prediction> predictions = new ArrayList<>();
        for (int row = 0; row < counts.length; row++) {
            if (lost[row]) {
                predictions.add(Prediction.none(classes, true));
                continue;
            }
            double[] mean = new double[classes];
            double[] logMean = new double[classes];
            double[] deviations = new double[classes];
            for (int c = 0; c < classes; c++) {
                mean[c] = means[row * classes + c];
                logMean[c] = logSums[row * classes + c] - Math.log(draws);
                deviations[c] = Math.sqrt(squares[row * classes + c] / (draws - 1));
            }
            double entropy = Prediction.entropy(mean);
            predictions.add(new Prediction(
                    mean,
                    logMean,
                    Optional.of(new Prediction.Uncertainty(deviations, entropy, entropy - entropies[row]))));
        }
        return predictions;
    }
}

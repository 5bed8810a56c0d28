package org.pernodedrop.predict;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Running means and squared deviations of probabilities, row by row (Welford 1962), and the mean entropy of draws. */
final class Draws {
    private final int classes;
    private final int[] counts;
    private final double[] means;
    private final double[] squares;
    private final double[] entropies;

    Draws(int rows, int classes) {
        this.classes = classes;
        counts = new int[rows];
        means = new double[Math.multiplyExact(rows, classes)];
        squares = new double[means.length];
        entropies = new double[rows];
    }

    void add(int row, double[] probabilities) {
        int count = ++counts[row];
        for (int c = 0; c < classes; c++) {
            int k = row * classes + c;
            double before = probabilities[c] - means[k];
            means[k] += before / count;
            squares[k] += before * (probabilities[c] - means[k]);
        }
        entropies[row] += (Prediction.entropy(probabilities) - entropies[row]) / count;
    }

    List<Prediction> predictions(int draws) {
        List<Prediction> predictions = new ArrayList<>();
        for (int row = 0; row < counts.length; row++) {
            double[] mean = new double[classes];
            double[] deviations = new double[classes];
            for (int c = 0; c < classes; c++) {
                mean[c] = means[row * classes + c];
                deviations[c] = Math.sqrt(squares[row * classes + c] / (draws - 1));
            }
            double entropy = Prediction.entropy(mean);
            predictions.add(new Prediction(
                    mean, Optional.of(new Prediction.Uncertainty(deviations, entropy, entropy - entropies[row]))));
        }
        return predictions;
    }
}

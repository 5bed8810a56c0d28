package org.pernodedrop.predict;

import java.util.ArrayList;
import java.util.List;

/**
 * Calibration of a classifier: predictions are sorted into bins by their confidence; of those with a confidence of
 * about 80%, 80% should be right.
 *
 * <p>Source: Guo et al., "On Calibration of Modern Neural Networks", ICML 2017: {@code ECE = sum_m n_m / n |accuracy_m
 * - confidence_m|} over {@value #BINS} bins of equal width.
 *
 * <p>Examples without a prediction are counted separately and excluded from all means, which are NaN if there is no
 * prediction.
 *
 * @param bins all of them, the empty ones too
 * @param examples number of predictions
 * @param withoutPrediction number of examples without one
 * @param accuracy share that was right
 * @param expectedCalibrationError ECE, in [0, 1]
 * @param negativeLogLikelihood mean of {@code -ln p[label]} in nats
 * @param brierScore mean of {@code sum_c (p[c] - [c is the label])^2}, in [0, 2]
 */
public record Calibration(
        List<Bin> bins,
        int examples,
        int withoutPrediction,
        double accuracy,
        double expectedCalibrationError,
        double negativeLogLikelihood,
        double brierScore) {
    /** Number of bins. */
    public static final int BINS = 15;

    /**
     * Predictions with a confidence in {@code (low, high]}.
     *
     * @param low below all of them
     * @param high at least all of them
     * @param count how many
     * @param confidence their mean; NaN for none
     * @param accuracy share of them that was right; NaN for none
     */
    public record Bin(double low, double high, int count, double confidence, double accuracy) {}

    /**
     * Compares predictions with labels.
     *
     * @throws IllegalArgumentException if these are not as many, at least one
     */
    public static Calibration of(List<Prediction> predictions, int[] labels) {
        if (predictions.isEmpty() || predictions.size() != labels.length) {
            throw new IllegalArgumentException("predictions and labels must be as many, at least one: predictions="
                    + predictions.size() + ", labels=" + labels.length);
        }
        int[] counts = new int[BINS];
        int[] right = new int[BINS];
        double[] confidences = new double[BINS];
        double logarithms = 0;
        double squares = 0;
        int hits = 0;
        int n = 0;
        for (int k = 0; k < labels.length; k++) {
            Prediction prediction = predictions.get(k);
            if (!prediction.exists()) {
                continue;
            }
            n++;
            double[] probabilities = prediction.probabilities();
            int bin = Math.min(BINS, Math.max(1, (int) Math.ceil(prediction.confidence() * BINS))) - 1;
            boolean hit = prediction.label() == labels[k];
            counts[bin]++;
            right[bin] += hit ? 1 : 0;
            hits += hit ? 1 : 0;
            confidences[bin] += prediction.confidence();
            logarithms -= prediction.logProbabilities()[labels[k]];
            for (int c = 0; c < probabilities.length; c++) {
                double error = probabilities[c] - (c == labels[k] ? 1 : 0);
                squares += error * error;
            }
        }
        List<Bin> bins = new ArrayList<>();
        double error = 0;
        for (int m = 0; m < BINS; m++) {
            double count = counts[m];
            bins.add(new Bin((double) m / BINS, (m + 1.0) / BINS, counts[m], confidences[m] / count, right[m] / count));
            error += Math.abs(right[m] - confidences[m]);
        }
        return new Calibration(
                List.copyOf(bins), n, labels.length - n, (double) hits / n, error / n, logarithms / n, squares / n);
    }
}

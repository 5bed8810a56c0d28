package org.pernodedrop.predict;

import java.util.Arrays;
import java.util.Optional;

/**
 * A network's prediction for an example. There is none if the example or the network's outputs are not finite: then
 * {@link #exists} is false, all numbers are NaN, and there is no class.
 *
 * @param probabilities of the classes, by label: the softmax of its outputs, or the mean of many
 * @param logProbabilities their natural logarithms, which are finite where probabilities have underflowed to 0
 * @param uncertainty how much draws differed; empty without any
 */
public record Prediction(double[] probabilities, double[] logProbabilities, Optional<Uncertainty> uncertainty) {
    /**
     * How much the probabilities differ from draw to draw of the masks; entropies in nats.
     *
     * <p>Source: Gal and Ghahramani, "Dropout as a Bayesian Approximation", ICML 2016; Houlsby et al., "Bayesian Active
     * Learning for Classification and Preference Learning", arXiv 1112.5745, for the mutual information.
     *
     * @param deviations standard deviation of each class's probability, of a sample: divided by one less than the draws
     * @param predictiveEntropy {@code H(mean p)}: all uncertainty, in [0, ln classes]
     * @param mutualInformation {@code H(mean p) - mean H(p)}: what draws disagree about, at least 0 but for rounding
     */
    public record Uncertainty(double[] deviations, double predictiveEntropy, double mutualInformation) {}

    /**
     * Creates a prediction from the logarithms of its probabilities.
     *
     * @param logProbabilities by label, at least one
     * @param uncertainty empty without draws
     */
    public static Prediction of(double[] logProbabilities, Optional<Uncertainty> uncertainty) {
        return new Prediction(Arrays.stream(logProbabilities).map(Math::exp).toArray(), logProbabilities, uncertainty);
    }

    /**
     * Creates a missing prediction.
     *
     * @param classes number of them
     * @param drawn whether masks were drawn for it
     */
    public static Prediction none(int classes, boolean drawn) {
        double[] none = new double[classes];
        Arrays.fill(none, Double.NaN);
        return new Prediction(
                none, none, drawn ? Optional.of(new Uncertainty(none, Double.NaN, Double.NaN)) : Optional.empty());
    }

    /** Whether there is a prediction. */
    public boolean exists() {
        return !Double.isNaN(probabilities[0]);
    }

    /**
     * The label of the largest probability, the first of equals.
     *
     * @throws IllegalStateException if there is no prediction
     */
    public int label() {
        if (!exists()) {
            throw new IllegalStateException(
                    "there is no class, as the network's outputs are not finite; ask exists() first");
        }
        int label = 0;
        for (int c = 1; c < logProbabilities.length; c++) {
            label = logProbabilities[c] > logProbabilities[label] ? c : label;
        }
        return label;
    }

    /**
     * The largest probability.
     *
     * @throws IllegalStateException as {@link #label}
     */
    public double confidence() {
        return probabilities[label()];
    }

    /** {@code -sum p ln p} in nats. */
    static double entropy(double[] probabilities) {
        double entropy = 0;
        for (double p : probabilities) {
            entropy -= p > 0 ? p * Math.log(p) : 0;
        }
        return entropy;
    }
}

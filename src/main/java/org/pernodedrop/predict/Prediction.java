package org.pernodedrop.predict;

import java.util.Optional;

/**
 * What a network says of an example.
 *
 * @param probabilities of the classes, by label: the softmax of its outputs, or the mean of many
 * @param uncertainty how much draws differed; empty without any
 */
public record Prediction(double[] probabilities, Optional<Uncertainty> uncertainty) {
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

    /** The label of the largest probability, the first of equals. */
    public int label() {
        int label = 0;
        for (int c = 1; c < probabilities.length; c++) {
            label = probabilities[c] > probabilities[label] ? c : label;
        }
        return label;
    }

    /** The largest probability. */
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

package org.pernodedrop.backend;

/**
 * What a {@link LossAccumulator} has gathered since it was reset.
 *
 * @param loss sum of the losses of all samples
 * @param samples number of samples
 * @param correct number of samples whose largest output was the label's; 0 for losses without labels
 * @param firstNonFiniteStep step at which a batch's loss first was NaN or infinite, or -1
 */
public record LossTotals(double loss, long samples, long correct, long firstNonFiniteStep) {
    /** Mean loss of a sample; NaN if there was none. */
    public double meanLoss() {
        return loss / samples;
    }

    /** Share of samples that were right, in [0, 1]; NaN if there was none. */
    public double accuracy() {
        return (double) correct / samples;
    }
}

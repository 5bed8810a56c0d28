package org.pernodedrop.train;

/**
 * Measurements of one epoch. Losses are means over samples, accuracies are shares in [0, 1].
 *
 * @param epoch number, from 1
 * @param runningLoss of the epoch's training samples with masks, each before its step's update
 * @param trainLoss at the end of the epoch without masks, on the first {@link Trainer#EVALUATED} training samples
 * @param trainAccuracy on the same samples as trainLoss
 * @param validationLoss at the end of the epoch without masks, on the validation part
 * @param validationAccuracy on the same samples as validationLoss
 * @param seconds wall time of the epoch, evaluation included
 */
public record EpochMetrics(
        int epoch,
        double runningLoss,
        double trainLoss,
        double trainAccuracy,
        double validationLoss,
        double validationAccuracy,
        double seconds) {
    /** The generalisation gap: validation loss minus train loss. */
    public double gap() {
        return validationLoss - trainLoss;
    }
}

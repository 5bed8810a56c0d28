package org.pernodedrop.train;

/**
 * What was measured in one epoch. Losses are means over samples, accuracies shares in [0, 1].
 *
 * @param epoch number, from 1
 * @param runningLoss over the epoch's training samples, masks on, each before its step's update
 * @param trainLoss at the end of the epoch, without masks, on the first {@link Trainer#EVALUATED} training samples
 * @param trainAccuracy as trainLoss
 * @param validationLoss at the end of the epoch, without masks, on the validation part
 * @param validationAccuracy as validationLoss
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
    /** How much worse the network is on samples that it has not seen: validation loss minus train loss. */
    public double gap() {
        return validationLoss - trainLoss;
    }
}

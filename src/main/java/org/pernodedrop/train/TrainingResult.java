package org.pernodedrop.train;

import java.util.Comparator;
import java.util.List;

/**
 * A finished training.
 *
 * @param epochs what was measured, at least one epoch
 * @param stoppedEarly whether the validation loss ended it before the last epoch asked for
 */
public record TrainingResult(List<EpochMetrics> epochs, boolean stoppedEarly) {
    /** Refuses an empty list. */
    public TrainingResult {
        epochs = List.copyOf(epochs);
        if (epochs.isEmpty()) {
            throw new IllegalArgumentException("epochs must hold at least one epoch: epochs=[]");
        }
    }

    /** The last epoch; the network is as it was then. */
    public EpochMetrics last() {
        return epochs.get(epochs.size() - 1);
    }

    /** The epoch of the lowest validation loss, the first of equals. */
    public EpochMetrics best() {
        return epochs.stream()
                .min(Comparator.comparingDouble(EpochMetrics::validationLoss))
                .orElseThrow();
    }

    /** Wall time of all epochs. */
    public double seconds() {
        return epochs.stream().mapToDouble(EpochMetrics::seconds).sum();
    }
}

package org.pernodedrop.train;

import java.util.Comparator;
import java.util.List;

/**
 * Result of a training.
 *
 * @param epochs metrics of at least one epoch
 * @param stoppedEarly whether early stopping ended it before the last configured epoch
 */
public record TrainingResult(List<EpochMetrics> epochs, boolean stoppedEarly) {
    /** Refuses an empty list. */
    public TrainingResult {
        epochs = List.copyOf(epochs);
        if (epochs.isEmpty()) {
            throw new IllegalArgumentException("epochs must hold at least one epoch: epochs=[]");
        }
    }

    /** The last epoch, after which the network has its present state. */
    public EpochMetrics last() {
        return epochs.get(epochs.size() - 1);
    }

    /** The epoch of the lowest validation loss; the first if there are several. */
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

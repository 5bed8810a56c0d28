package org.pernodedrop.train;

import java.util.List;

/** Training cannot continue. The one-line message names the fault, epoch and step, and the remedy. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<EpochMetrics> finished;

    /** With a one-line message, before the first epoch was finished. */
    public TrainingException(String message) {
        this(message, List.of());
    }

    /** With a one-line message and the metrics of the epochs before. */
    public TrainingException(String message, List<EpochMetrics> finished) {
        super(message);
        this.finished = List.copyOf(finished);
    }

    /** Metrics of the epochs before, epoch 1 first; may be empty. */
    public List<EpochMetrics> finished() {
        return finished;
    }
}

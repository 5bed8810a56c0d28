package org.pernodedrop.train;

import java.util.List;

/** Training that cannot go on. The message is one line: what happened, when, and the way out. */
public final class TrainingException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient List<EpochMetrics> finished;

    /** With a one-line message, before any epoch was finished. */
    public TrainingException(String message) {
        this(message, List.of());
    }

    /** With a one-line message, and what was measured in the epochs before. */
    public TrainingException(String message, List<EpochMetrics> finished) {
        super(message);
        this.finished = List.copyOf(finished);
    }

    /** What was measured in the epochs before, epoch 1 first; may be empty. */
    public List<EpochMetrics> finished() {
        return finished;
    }
}

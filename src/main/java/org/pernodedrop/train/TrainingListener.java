package org.pernodedrop.train;

/** Receives the progress of a training, in the thread that trains. */
public interface TrainingListener {
    /** A step was submitted to the device. */
    default void stepped() {}

    /** An epoch was finished and measured. */
    default void finished(EpochMetrics epoch) {}

    /** A listener that notifies this one and then another. */
    default TrainingListener and(TrainingListener next) {
        TrainingListener first = this;
        return new TrainingListener() {
            @Override
            public void stepped() {
                first.stepped();
                next.stepped();
            }

            @Override
            public void finished(EpochMetrics epoch) {
                first.finished(epoch);
                next.finished(epoch);
            }
        };
    }
}

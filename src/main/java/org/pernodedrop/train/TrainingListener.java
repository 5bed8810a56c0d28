package org.pernodedrop.train;

/** Told how training gets on; from the thread that trains. */
public interface TrainingListener {
    /** A step was given to the device. */
    default void stepped() {}

    /** An epoch is finished and measured. */
    default void finished(EpochMetrics epoch) {}

    /** A listener that tells this one and then another. */
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

package org.pernodedrop.app.compare;

import java.util.function.ToDoubleFunction;

/** What is measured of a run that succeeded. */
public enum Measure {
    /** Lowest mean loss on the validation part. */
    VALIDATION_LOSS("validation loss", -1, run -> run.best().validationLoss()),
    /** Validation loss minus train loss, both without masks, at the best epoch. */
    GAP("gap", -1, run -> run.best().gap()),
    /** The same after the last epoch. */
    LAST_GAP("gap at the end", -1, run -> run.last().gap()),
    /** Mean loss on the test part, by the network of its best epoch. */
    TEST_LOSS("test loss", -1, ComparedRun::testLoss),
    /** Share of the test part that it got right. */
    TEST_ACCURACY("test accuracy", 1, ComparedRun::testAccuracy),
    /** Number of the best epoch. */
    BEST_EPOCH("best epoch", 0, run -> run.best().epoch()),
    /** Wall time of all epochs. */
    SECONDS("seconds", 0, ComparedRun::seconds);

    private final String title;
    private final int better;
    private final ToDoubleFunction<ComparedRun> value;

    Measure(String title, int better, ToDoubleFunction<ComparedRun> value) {
        this.title = title;
        this.better = better;
        this.value = value;
    }

    /** Its value for a run. */
    public double of(ComparedRun run) {
        return value.applyAsDouble(run);
    }

    /** 1 if more is better, -1 if less is, 0 if neither. */
    public int better() {
        return better;
    }

    /** Its name for readers. */
    public String title() {
        return title;
    }
}

package org.pernodedrop.app.compare;

import java.util.List;
import java.util.stream.IntStream;
import org.pernodedrop.train.EpochMetrics;

/** Made-up runs. */
public final class Runs {
    private Runs() {}

    /** A run whose validation losses are given, with a train loss of 0.1 and equal test and best validation loss. */
    public static ComparedRun of(ComparedRegularizer regularizer, Double rate, long seed, double... validationLosses) {
        List<EpochMetrics> epochs = IntStream.range(0, validationLosses.length)
                .mapToObj(k -> new EpochMetrics(k + 1, 0.3, 0.1, 0.9, validationLosses[k], 0.8, 0.5))
                .toList();
        double best =
                epochs.stream().mapToDouble(EpochMetrics::validationLoss).min().orElseThrow();
        return new ComparedRun(regularizer, rate, seed, 207, null, best, 1 - best, 1.5, epochs);
    }

    /** A run without a result. */
    public static ComparedRun failed(ComparedRegularizer regularizer, Double rate, long seed) {
        return new ComparedRun(regularizer, rate, seed, 207, "the loss is not finite", null, null, 0, List.of());
    }

    /** Three seeds of none, dropout at two rates, and pernodedrop at one, where one seed failed at the better rate. */
    public static List<ComparedRun> some() {
        return List.of(
                of(ComparedRegularizer.NONE, null, 1, 0.5, 0.4, 0.6),
                of(ComparedRegularizer.NONE, null, 2, 0.5, 0.42, 0.6),
                of(ComparedRegularizer.NONE, null, 3, 0.5, 0.44, 0.6),
                of(ComparedRegularizer.DROPOUT, 0.5, 1, 0.5, 0.35),
                of(ComparedRegularizer.DROPOUT, 0.5, 2, 0.5, 0.36),
                of(ComparedRegularizer.DROPOUT, 0.5, 3, 0.5, 0.37),
                of(ComparedRegularizer.DROPOUT, 0.3, 1, 0.5, 0.31),
                of(ComparedRegularizer.DROPOUT, 0.3, 2, 0.5, 0.32),
                of(ComparedRegularizer.DROPOUT, 0.3, 3, 0.5, 0.33),
                of(ComparedRegularizer.PERNODEDROP, 0.5, 1, 0.5, 0.2),
                failed(ComparedRegularizer.PERNODEDROP, 0.5, 2),
                of(ComparedRegularizer.PERNODEDROP, 0.3, 1, 0.5, 0.30),
                of(ComparedRegularizer.PERNODEDROP, 0.3, 2, 0.5, 0.33),
                of(ComparedRegularizer.PERNODEDROP, 0.3, 3, 0.5, 0.33));
    }
}

package org.pernodedrop.app.cli;

import java.util.Locale;
import java.util.function.Consumer;
import org.pernodedrop.app.compare.ComparedRun;

/** Tells of every finished run, and how long the others will take. */
final class CompareProgress {
    private static final double NANOS_PER_MINUTE = 60e9;

    private final int all;
    private final int missing;
    private final Consumer<String> lines;
    private final long start = System.nanoTime();
    private int finished;

    CompareProgress(int all, int missing, Consumer<String> lines) {
        this.all = all;
        this.missing = missing;
        this.lines = lines;
        if (missing < all) {
            lines.accept(all - missing + " of " + all + " runs are there already");
        }
    }

    void finished(ComparedRun run) {
        finished++;
        double minutes = (System.nanoTime() - start) / NANOS_PER_MINUTE * (missing - finished) / finished;
        String result = run.succeeded()
                ? String.format(
                        Locale.ROOT,
                        "validation loss %.4f, gap %.4f, %.1f s",
                        run.best().validationLoss(),
                        run.best().gap(),
                        run.seconds())
                : "failed: " + run.failure();
        lines.accept(String.format(
                Locale.ROOT,
                "%d of %d, about %.0f min left: %s, seed %d: %s",
                all - missing + finished,
                all,
                Math.ceil(minutes),
                run.setting(),
                run.seed(),
                result));
    }
}

package org.pernodedrop.app.compare.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.MeanDeviation;
import org.pernodedrop.app.compare.Measure;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.Setting;
import org.pernodedrop.app.report.Column;

/** The columns of the page's tables. */
final class ComparisonColumns {
    private ComparisonColumns() {}

    static List<Column<Setting>> settings(Comparison comparison) {
        List<Column<Setting>> columns = new ArrayList<>();
        columns.add(Column.words(
                "regularizer",
                "what is done against overfitting. none: nothing. dropout: units are dropped. gaussian-dropout: units are"
                        + " multiplied by Gaussian noise. dropconnect: connections are dropped, the same ones for a whole"
                        + " batch. pernodedrop: connections are dropped, others for every sample. pernodedrop-gaussian:"
                        + " instead multiplied by Gaussian noise. pernodedrop-partial: only a share is multiplied by"
                        + " noise. pernodedrop-node: nodes instead of connections",
                setting -> setting.regularizer().toString()));
        columns.add(Column.number(
                "drop rate",
                "share that is dropped or disturbed; Gaussian noise has the variance p / (1 - p)",
                setting -> setting.dropRate() == null ? "" : setting.dropRate().toString()));
        columns.add(Column.number(
                "runs", "how many seeds, and how many of them failed", setting -> runs(comparison, setting)));
        for (Measure measure : Measure.values()) {
            columns.add(Column.number(
                    measure.title(),
                    meaning(measure) + "; mean and standard deviation over the seeds",
                    setting -> comparison
                            .summary(setting, measure)
                            .map(summary -> text(measure, summary))
                            .orElse("")));
        }
        return columns;
    }

    private static String runs(Comparison comparison, Setting setting) {
        List<ComparedRun> runs = comparison.runs(setting);
        long failed = runs.stream().filter(run -> !run.succeeded()).count();
        return runs.size() + (failed == 0 ? "" : ", " + failed + " failed");
    }

    private static String meaning(Measure measure) {
        return switch (measure) {
            case VALIDATION_LOSS -> "lowest mean cross-entropy on the validation part, without masks";
            case GAP -> "validation loss minus train loss at that epoch, both without masks";
            case LAST_GAP -> "the same after the last epoch";
            case TEST_LOSS -> "mean cross-entropy on the test part, by the network of that epoch; used for no choice";
            case TEST_ACCURACY -> "share of the test part that the same network got right";
            case BEST_EPOCH -> "the epoch of the lowest validation loss";
            case SECONDS -> "wall time of a run, while others may have run beside it";
        };
    }

    private static String text(Measure measure, MeanDeviation summary) {
        return number(measure, summary.mean())
                + (summary.count() == 1 ? "" : " ± " + number(measure, summary.deviation()));
    }

    private static String number(Measure measure, double value) {
        boolean coarse = measure == Measure.BEST_EPOCH || measure == Measure.SECONDS;
        return String.format(Locale.ROOT, coarse ? "%.1f" : "%.4f", value);
    }

    static List<Column<PairedDifference>> differences() {
        return List.of(
                Column.words("setting", "regularizer and its chosen drop rate", difference -> difference
                        .setting()
                        .toString()),
                Column.words("measure", "what is compared", difference -> difference
                        .measure()
                        .title()),
                Column.number(
                        "pairs",
                        "number of seeds",
                        difference -> Integer.toString(difference.difference().count())),
                Column.number(
                        "difference",
                        "its value minus that of the setting it is compared with, mean over the seeds",
                        difference -> signed(difference.difference().mean())),
                Column.number(
                        "95% interval",
                        "confidence interval of that mean by Student's t, for independent normal differences. It is not"
                                + " corrected for the number of comparisons: of twenty ties, one is expected to look like a"
                                + " win or a loss",
                        difference -> Double.isNaN(difference.halfWidth())
                                ? ""
                                : "[" + signed(difference.low()) + ", " + signed(difference.high()) + "]"),
                Column.words(
                        "verdict",
                        "win: the interval lies on the better side of 0; loss: on the worse; tie: it holds 0",
                        difference -> difference.verdict().toString()));
    }

    private static String signed(double value) {
        return String.format(Locale.ROOT, "%+.4f", value);
    }
}

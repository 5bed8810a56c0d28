package org.pernodedrop.app.compare.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.MeanDeviation;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.app.report.Page;
import org.pernodedrop.app.report.Page.Column;
import org.w3c.dom.Element;

/** The page of a comparison. */
final class ComparisonPage {
    /** Measures that chosen settings are compared in. */
    static final List<Measure> COMPARED =
            List.of(Measure.TEST_LOSS, Measure.TEST_ACCURACY, Measure.VALIDATION_LOSS, Measure.GAP, Measure.LAST_GAP);

    private final Page page = new Page("Regularizers compared");
    private final Comparison comparison;

    ComparisonPage(Comparison comparison, RunsFile.Header header) {
        this.comparison = comparison;
        addMethod();
        addChosen();
        addDifferences(ComparedRegularizer.NONE, "Against no regularizer");
        addDifferences(ComparedRegularizer.DROPOUT, "Against dropout");
        page.addPlots(section("Plots"), ComparisonPlots.of(comparison));
        addAll();
        addFailures();
        addFacts("Settings", header.settings());
        addFacts("Where and how it was run", header.environment());
        page.addPlotNote();
    }

    private Element section(String title) {
        Element section = page.add(page.body(), "section", "");
        page.add(section, "h2", title);
        return section;
    }

    private void addMethod() {
        page.add(
                page.body(),
                "p",
                "A network that fits its training examples better than examples it has not seen overfits: its validation loss"
                        + " is above its train loss. A regularizer is meant to make that gap smaller without making the"
                        + " network worse. Here the same network was trained with several regularizers, at several drop"
                        + " rates, from several seeds.");
        page.add(
                page.body(),
                "p",
                "A seed decides how the data is split into training, validation and test part (unless the data comes with a"
                        + " test part), how the weights start, in which order examples are seen, and all masks. Runs of"
                        + " one seed differ in the regularizer alone, so they are compared in pairs. After training, a network goes"
                        + " back to its epoch of lowest validation loss. Each regularizer's drop rate is the one of lowest"
                        + " mean validation loss. The test part is used for no choice: only once, by the final network"
                        + " of each run.");
    }

    private void addChosen() {
        Element section = section("At the chosen drop rates");
        List<Setting> chosen = comparison.chosen();
        if (chosen.isEmpty()) {
            page.add(section, "p", "No setting has only runs that succeeded.");
            return;
        }
        page.table(section, Columns.settings(comparison), chosen);
        page.explain(section, Columns.settings(comparison));
    }

    private void addDifferences(ComparedRegularizer baseline, String title) {
        List<PairedDifference> differences = COMPARED.stream()
                .flatMap(measure -> comparison.differences(baseline, measure).stream())
                .toList();
        if (differences.isEmpty()) {
            return;
        }
        Element section = section(title);
        page.table(section, Columns.differences(), differences);
        page.explain(section, Columns.differences());
    }

    private void addAll() {
        Element section = section("All settings");
        page.table(section, Columns.settings(comparison), comparison.settings());
    }

    private void addFailures() {
        List<String> failures = comparison.settings().stream()
                .flatMap(setting -> comparison.runs(setting).stream())
                .filter(run -> !run.succeeded())
                .map(run -> run.setting() + ", seed " + run.seed() + ": " + run.failure())
                .toList();
        if (!failures.isEmpty()) {
            Element list = page.add(section("Runs that failed"), "ul", "");
            failures.forEach(failure -> page.add(list, "li", failure));
        }
    }

    private void addFacts(String title, Map<String, ?> facts) {
        Map<String, Object> named = new LinkedHashMap<>();
        facts.forEach((name, value) -> named.put(name.replace('_', ' '), value));
        page.facts(section(title), named);
    }

    String html() {
        return page.html();
    }

    Optional<String> notDrawn() {
        return page.notDrawn();
    }

    /** The columns of the page's tables. */
    private static final class Columns {
        private Columns() {}

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
                    "share that is dropped or perturbed; Gaussian noise has the variance p / (1 - p)",
                    setting -> Objects.toString(setting.dropRate(), "")));
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
                case TEST_LOSS ->
                    "mean cross-entropy on the test part, by the network of that epoch; used for no choice";
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
                            difference ->
                                    Integer.toString(difference.difference().count())),
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
}

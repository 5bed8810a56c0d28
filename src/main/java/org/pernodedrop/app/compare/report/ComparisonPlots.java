package org.pernodedrop.app.compare.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.MeanDeviation;
import org.pernodedrop.app.compare.Plan.Setting;
import org.pernodedrop.app.report.Plot;
import org.pernodedrop.train.EpochMetrics;

/** Plots of a comparison. */
final class ComparisonPlots {
    private ComparisonPlots() {}

    static List<Plot> of(Comparison comparison) {
        List<Plot> plots = new ArrayList<>(curves(comparison));
        long rates = comparison.settings().stream()
                .map(Setting::dropRate)
                .filter(rate -> rate != null)
                .distinct()
                .count();
        if (rates > 1) {
            plots.add(byRate(comparison, Measure.VALIDATION_LOSS, "What the drop rates were chosen by: l"));
            plots.add(byRate(comparison, Measure.TEST_LOSS, "L"));
        }
        return plots;
    }

    /** The gap and the validation loss against the epoch, at the chosen drop rates. */
    static List<Plot> curves(Comparison comparison) {
        if (comparison.chosen().isEmpty()) {
            return List.of();
        }
        return List.of(
                curve(
                        comparison,
                        "Gap",
                        "Validation loss minus train loss after each epoch, both without masks: how much worse the networks"
                                + " are on examples that they have not seen. Mean over the seeds, at the chosen drop rates.",
                        EpochMetrics::gap),
                curve(
                        comparison,
                        "Validation loss",
                        "Loss on the validation part after each epoch. Mean over the seeds, at the chosen drop rates.",
                        EpochMetrics::validationLoss));
    }

    private static Plot curve(
            Comparison comparison, String title, String caption, ToDoubleFunction<EpochMetrics> value) {
        List<Plot.Series> series = new ArrayList<>();
        for (Setting setting : comparison.chosen()) {
            List<ComparedRun> runs = comparison.runs(setting);
            // Early stopping may end runs at different epochs; a mean over a varying number of runs would jump.
            int epochs =
                    runs.stream().mapToInt(run -> run.epochs().size()).min().orElseThrow();
            series.add(new Plot.Series(
                    setting.toString(),
                    IntStream.rangeClosed(1, epochs)
                            .mapToObj(epoch -> (double) epoch)
                            .toList(),
                    IntStream.range(0, epochs)
                            .mapToObj(epoch -> runs.stream()
                                    .mapToDouble(run ->
                                            value.applyAsDouble(run.epochs().get(epoch)))
                                    .average()
                                    .orElseThrow())
                            .toList(),
                    epochs == 1 ? Plot.Look.POINTS : Plot.Look.CURVE));
        }
        return new Plot(
                title, caption, "epoch", title.toLowerCase(java.util.Locale.ROOT), Plot.Axes.LINEAR, List.of(), series);
    }

    private static Plot byRate(Comparison comparison, Measure measure, String start) {
        List<Plot.Series> series = new ArrayList<>();
        List<Double> rates = comparison.settings().stream()
                .map(Setting::dropRate)
                .filter(rate -> rate != null)
                .distinct()
                .sorted()
                .toList();
        for (ComparedRegularizer regularizer : ComparedRegularizer.values()) {
            List<Double> x = new ArrayList<>();
            List<Double> y = new ArrayList<>();
            List<Double> spread = new ArrayList<>();
            for (double rate : regularizer.drops() ? rates : List.of(rates.get(0), rates.get(rates.size() - 1))) {
                Setting setting = new Setting(regularizer, regularizer.drops() ? rate : null);
                if (comparison.settings().contains(setting)) {
                    comparison.summary(setting, measure).ifPresent(summary -> {
                        x.add(rate);
                        y.add(summary.mean());
                        spread.add(deviation(summary));
                    });
                }
            }
            if (!x.isEmpty()) {
                series.add(
                        regularizer.drops()
                                ? new Plot.Series(regularizer.toString(), x, y, spread, Plot.Look.LINE)
                                : new Plot.Series(regularizer.toString(), x, y, Plot.Look.BOUND));
            }
        }
        return new Plot(
                capitalized(measure.title()) + " by drop rate",
                start + measure.title().substring(1)
                        + " of the best epoch against the drop rate: mean over the seeds, with whiskers of one standard"
                        + " deviation. The dashed line is the network without a regularizer.",
                "drop rate",
                measure.title(),
                Plot.Axes.LINEAR,
                List.of(),
                series);
    }

    private static double deviation(MeanDeviation summary) {
        return summary.count() == 1 ? 0 : summary.deviation();
    }

    private static String capitalized(String text) {
        return Character.toUpperCase(text.charAt(0)) + text.substring(1);
    }
}

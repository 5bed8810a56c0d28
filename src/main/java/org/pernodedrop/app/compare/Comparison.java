package org.pernodedrop.app.compare;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToDoubleFunction;
import org.pernodedrop.app.compare.Plan.Setting;

/**
 * Runs and their statistics. For every regularizer the drop rate with the lowest mean validation loss over the seeds
 * is chosen; a rate at which a run failed is not eligible. The test part is not used for the choice.
 */
public final class Comparison {
    private final Map<Setting, List<ComparedRun>> runs = new LinkedHashMap<>();

    /** A comparison of runs, in the order of regularizers, drop rates and seeds. */
    public Comparison(List<ComparedRun> runs) {
        runs.stream()
                .sorted(Comparator.comparing(ComparedRun::regularizer)
                        .thenComparing(run -> run.dropRate() == null ? 0 : run.dropRate())
                        .thenComparing(ComparedRun::seed))
                .forEach(run -> this.runs
                        .computeIfAbsent(run.setting(), setting -> new ArrayList<>())
                        .add(run));
    }

    /** All settings, by regularizer and drop rate. */
    public List<Setting> settings() {
        return List.copyOf(runs.keySet());
    }

    /** The runs of a setting by their seeds. */
    public List<ComparedRun> runs(Setting setting) {
        return List.copyOf(runs.get(setting));
    }

    /** Mean and deviation of a measure over the runs of a setting that succeeded; empty if none did. */
    public Optional<MeanDeviation> summary(Setting setting, Measure measure) {
        double[] values = runs.get(setting).stream()
                .filter(ComparedRun::succeeded)
                .mapToDouble(measure::of)
                .toArray();
        return values.length == 0 ? Optional.empty() : Optional.of(MeanDeviation.of(values));
    }

    /** The chosen setting of every regularizer that has one. */
    public List<Setting> chosen() {
        Map<ComparedRegularizer, Setting> best = new LinkedHashMap<>();
        for (Setting setting : runs.keySet()) {
            if (runs.get(setting).stream().allMatch(ComparedRun::succeeded)) {
                best.merge(setting.regularizer(), setting, (a, b) -> loss(b) < loss(a) ? b : a);
            }
        }
        return List.copyOf(best.values());
    }

    private double loss(Setting setting) {
        return summary(setting, Measure.VALIDATION_LOSS).orElseThrow().mean();
    }

    /** How the chosen settings differ from the chosen one of a regularizer, in a measure; empty without that one. */
    public List<PairedDifference> differences(ComparedRegularizer baseline, Measure measure) {
        List<Setting> chosen = chosen();
        return chosen.stream()
                .filter(setting -> setting.regularizer() == baseline)
                .flatMap(base -> chosen.stream()
                        .filter(setting -> setting != base)
                        .flatMap(setting -> PairedDifference.of(measure, setting, base, runs).stream()))
                .toList();
    }

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
}

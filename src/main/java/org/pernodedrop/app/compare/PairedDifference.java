package org.pernodedrop.app.compare;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.Plan.Setting;

/**
 * Difference of two settings in a measure, paired by seed: runs of one seed share data split, initial weights and
 * order of samples, so that they differ only in the regularizer.
 *
 * @param setting the one
 * @param baseline the other
 * @param measure what is compared
 * @param difference value of the setting minus that of the baseline, over the seeds
 * @param halfWidth of the {@link #CONFIDENCE} interval of the mean difference; NaN for a single pair
 * @param verdict what that says
 */
public record PairedDifference(
        Setting setting,
        Setting baseline,
        Measure measure,
        MeanDeviation difference,
        double halfWidth,
        Verdict verdict) {
    /** Of the intervals. */
    public static final double CONFIDENCE = 0.95;

    /** The difference, or empty if no seed has both. */
    public static Optional<PairedDifference> of(
            Measure measure, Setting setting, Setting baseline, Map<Setting, List<ComparedRun>> runs) {
        List<Double> differences = new ArrayList<>();
        for (ComparedRun run : runs.getOrDefault(setting, List.of())) {
            runs.getOrDefault(baseline, List.of()).stream()
                    .filter(other -> other.seed() == run.seed() && other.succeeded() && run.succeeded())
                    .forEach(other -> differences.add(measure.of(run) - measure.of(other)));
        }
        if (differences.isEmpty()) {
            return Optional.empty();
        }
        MeanDeviation difference = MeanDeviation.of(
                differences.stream().mapToDouble(Double::doubleValue).toArray());
        double halfWidth = difference.halfWidth(CONFIDENCE);
        Verdict verdict = verdict(difference.mean() * measure.better(), halfWidth);
        return Optional.of(new PairedDifference(setting, baseline, measure, difference, halfWidth, verdict));
    }

    private static Verdict verdict(double advantage, double halfWidth) {
        if (Double.isNaN(halfWidth)) {
            return Verdict.UNKNOWN;
        }
        if (Math.abs(advantage) <= halfWidth) {
            return Verdict.TIE;
        }
        return advantage > 0 ? Verdict.WIN : Verdict.LOSS;
    }

    /** Lower end of the interval. */
    public double low() {
        return difference.mean() - halfWidth;
    }

    /** Upper end of the interval. */
    public double high() {
        return difference.mean() + halfWidth;
    }

    /** Outcome of a comparison of two settings. */
    public enum Verdict {
        /** The confidence interval lies on the better side of 0. */
        WIN,
        /** It holds 0. */
        TIE,
        /** It lies on the worse side of 0. */
        LOSS,
        /** There are too few pairs for an interval. */
        UNKNOWN;

        /** The name in files: lower case. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

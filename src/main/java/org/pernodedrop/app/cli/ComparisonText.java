package org.pernodedrop.app.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.PairedDifference;
import org.pernodedrop.app.compare.Plan.Setting;

/** What a comparison ends with on the screen. */
final class ComparisonText {
    private static final List<Measure> SHOWN =
            List.of(Measure.VALIDATION_LOSS, Measure.GAP, Measure.TEST_LOSS, Measure.TEST_ACCURACY);

    private ComparisonText() {}

    static String of(Comparison comparison) {
        StringBuilder text = new StringBuilder(String.format("%n%-30s", "at the chosen drop rate"));
        SHOWN.forEach(measure -> text.append(String.format(" %20s", measure.title())));
        text.append(String.format(" %s%n", "  test loss against none, dropout"));
        for (Setting setting : comparison.chosen()) {
            text.append(String.format("%-30s", setting));
            SHOWN.forEach(measure -> comparison
                    .summary(setting, measure)
                    .ifPresent(summary -> text.append(String.format(
                            Locale.ROOT,
                            " %20s",
                            summary.count() == 1
                                    ? String.format(Locale.ROOT, "%.4f", summary.mean())
                                    : String.format(
                                            Locale.ROOT, "%.4f +- %.4f", summary.mean(), summary.deviation())))));
            text.append("   ").append(verdicts(comparison, setting)).append(System.lineSeparator());
        }
        return text.append(System.lineSeparator()).toString();
    }

    private static String verdicts(Comparison comparison, Setting setting) {
        return List.of(ComparedRegularizer.NONE, ComparedRegularizer.DROPOUT).stream()
                .map(baseline -> comparison.differences(baseline, Measure.TEST_LOSS).stream()
                        .filter(difference -> difference.setting().equals(setting))
                        .map(PairedDifference::verdict)
                        .map(Enum::toString)
                        .findFirst()
                        .orElse("-"))
                .collect(Collectors.joining(", "));
    }
}

package org.pernodedrop.app.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.pernodedrop.app.compare.Comparison.Measure;
import org.pernodedrop.app.compare.Plan.Setting;

class ComparisonTest {
    private final Comparison comparison = new Comparison(Runs.some());

    @Test
    void theDropRateOfTheLowestValidationLossIsChosenUnlessARunFailedThere() {
        assertEquals(
                List.of(
                        new Setting(ComparedRegularizer.NONE, null),
                        new Setting(ComparedRegularizer.DROPOUT, 0.3),
                        new Setting(ComparedRegularizer.PERNODEDROP, 0.3)),
                comparison.chosen());
    }

    @Test
    void settingsComeByRegularizerAndRate() {
        assertEquals(
                List.of(0.3, 0.5),
                comparison.settings().stream()
                        .filter(setting -> setting.regularizer() == ComparedRegularizer.DROPOUT)
                        .map(Setting::dropRate)
                        .toList());
    }

    @Test
    void measuresAreThoseOfTheBestEpoch() {
        ComparedRun run = Runs.of(ComparedRegularizer.NONE, null, 1, 0.5, 0.4, 0.6);
        assertEquals(0.4, Measure.VALIDATION_LOSS.of(run));
        assertEquals(0.3, Measure.GAP.of(run), 1e-15);
        assertEquals(0.5, Measure.LAST_GAP.of(run), 1e-15);
        assertEquals(2, Measure.BEST_EPOCH.of(run));
        assertEquals(0.6, Measure.TEST_ACCURACY.of(run));
    }

    @Test
    void differencesAreTakenSeedBySeed() {
        List<PairedDifference> differences = comparison.differences(ComparedRegularizer.NONE, Measure.TEST_LOSS);
        assertEquals(2, differences.size());
        PairedDifference dropout = differences.get(0);
        // -0.09, -0.10, -0.11: deviation 0.01, t = 4.303.
        assertEquals(-0.10, dropout.difference().mean(), 1e-12);
        assertEquals(4.3027 * 0.01 / Math.sqrt(3), dropout.halfWidth(), 1e-6);
        assertEquals(PairedDifference.Verdict.WIN, dropout.verdict());
    }

    @Test
    void whatMayBeChanceIsATie() {
        PairedDifference difference = comparison.differences(ComparedRegularizer.DROPOUT, Measure.TEST_LOSS).stream()
                .filter(each -> each.setting().regularizer() == ComparedRegularizer.PERNODEDROP)
                .findFirst()
                .orElseThrow();
        // -0.01, 0.01, 0.
        assertEquals(PairedDifference.Verdict.TIE, difference.verdict());
        assertTrue(difference.low() < 0 && difference.high() > 0);
    }

    @Test
    void moreAccuracyIsBetter() {
        assertEquals(
                PairedDifference.Verdict.WIN,
                comparison
                        .differences(ComparedRegularizer.NONE, Measure.TEST_ACCURACY)
                        .get(0)
                        .verdict());
        assertEquals(
                PairedDifference.Verdict.LOSS,
                comparison
                        .differences(ComparedRegularizer.DROPOUT, Measure.TEST_ACCURACY)
                        .get(0)
                        .verdict());
    }

    @Test
    void oneSeedDecidesNothing() {
        Comparison one = new Comparison(
                Runs.some().stream().filter(run -> run.seed() == 1).toList());
        assertEquals(
                PairedDifference.Verdict.UNKNOWN,
                one.differences(ComparedRegularizer.NONE, Measure.TEST_LOSS)
                        .get(0)
                        .verdict());
    }

    @Test
    void failedRunsAreCountedAndLeftOut() {
        Setting setting = new Setting(ComparedRegularizer.PERNODEDROP, 0.5);
        assertEquals(2, comparison.runs(setting).size());
        assertEquals(
                1, comparison.summary(setting, Measure.TEST_LOSS).orElseThrow().count());
    }

    @Test
    void onlyNoneHasNoDropRate() {
        assertThrows(IllegalArgumentException.class, () -> new Setting(ComparedRegularizer.NONE, 0.5));
        assertThrows(IllegalArgumentException.class, () -> new Setting(ComparedRegularizer.DROPOUT, null));
    }

    @Test
    void aPlanHasNoneOnceASeed() {
        Plan plan = new Plan(
                List.of(ComparedRegularizer.NONE, ComparedRegularizer.DROPOUT, ComparedRegularizer.NONE),
                List.of(0.1, 0.3, 0.1),
                2);
        assertEquals(6, plan.tasks().size());
        List<ComparedRun> done = List.of(Runs.of(ComparedRegularizer.DROPOUT, 0.3, 2, 0.5));
        assertEquals(5, plan.missing(done).size());
        assertEquals(List.of(), plan.ownOf(List.of(Runs.of(ComparedRegularizer.DROPOUT, 0.7, 2, 0.5))));
    }

    @Test
    void meanAndDeviationOfASample() {
        MeanDeviation summary = MeanDeviation.of(2, 4, 4, 4, 5, 5, 7, 9);
        assertEquals(8, summary.count());
        assertEquals(5, summary.mean());
        // 32 / 7: squares 9, 1, 1, 1, 0, 0, 4, 16.
        assertEquals(Math.sqrt(32.0 / 7), summary.deviation(), 1e-15);
    }

    // Quantiles of Student's t as tables print them.
    @ParameterizedTest
    @CsvSource({"2, 12.706", "3, 4.303", "5, 2.776", "10, 2.262", "31, 2.042"})
    void intervalsAreThoseOfStudentsTables(int count, double quantile) {
        double[] values = new double[count];
        for (int k = 0; k < count; k++) {
            values[k] = k % 2;
        }
        MeanDeviation summary = MeanDeviation.of(values);
        double expected = quantile * summary.deviation() / Math.sqrt(count);
        assertEquals(expected, summary.halfWidth(0.95), 5e-4 * expected);
    }

    @Test
    void oneValueHasNoInterval() {
        MeanDeviation summary = MeanDeviation.of(3);
        assertEquals(3, summary.mean());
        assertEquals(Double.NaN, summary.deviation());
        assertEquals(Double.NaN, summary.halfWidth(0.95));
    }

    @Test
    void refusesNothingAndImpossibleConfidences() {
        assertThrows(IllegalArgumentException.class, MeanDeviation::of);
        assertThrows(
                IllegalArgumentException.class, () -> MeanDeviation.of(1, 2).halfWidth(1));
    }
}

package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.nn.Adam;
import org.pernodedrop.nn.AdamW;
import org.pernodedrop.nn.Sgd;
import org.pernodedrop.train.TrainingConfig.Builder;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;

class TrainingConfigTest {
    private static void refused(String message, UnaryOperator<Builder> change) {
        Refusal.says(IllegalArgumentException.class, message, change.apply(TrainingConfig.builder())::build);
    }

    @Test
    void refusesValuesOutOfRange() {
        refused("epochs must be at least 1: epochs=0", b -> b.epochs(0));
        refused("batchSize must be at least 1: batchSize=-3", b -> b.batchSize(-3));
        refused("momentum must be in [0, 1): momentum=1.0", b -> b.momentum(1));
        refused("momentum must be in [0, 1): momentum=NaN", b -> b.momentum(Double.NaN));
        refused("weightDecay must be finite and at least 0: weightDecay=-1.0", b -> b.weightDecay(-1));
        refused("learningRate must be finite and above 0: learningRate=0.0", b -> b.learningRate(0));
        refused("learningRate must be finite and above 0: learningRate=1.0E39", b -> b.learningRate(1e39));
        refused("patience must be at least 1, or 0 for off: patience=-1", b -> b.patience(-1));
    }

    @Test
    void makesTheOptimizer() {
        Builder builder = TrainingConfig.builder().momentum(0.5).weightDecay(0.25);
        assertEquals(Adam.standard(), builder.build().newOptimizer());
        assertEquals(
                Sgd.momentum(0.5), builder.optimizer(OptimizerKind.SGD).build().newOptimizer());
        assertEquals(
                AdamW.weightDecay(0.25),
                builder.optimizer(OptimizerKind.ADAMW).build().newOptimizer());
    }

    private static List<Boolean> stops(int patience, double... losses) {
        EarlyStopping stopping = new EarlyStopping(patience);
        return Arrays.stream(losses)
                .mapToObj(loss -> {
                    stopping.improvedBy(loss);
                    return stopping.stops();
                })
                .toList();
    }

    @Test
    void onlyALowerLossIsAnImprovement() {
        EarlyStopping stopping = new EarlyStopping(0);
        assertEquals(
                List.of(true, false, false, true, false),
                Stream.of(3.0, 3.0, 4.0, 2.0, 2.5).map(stopping::improvedBy).toList());
    }

    @Test
    void stopsWhenPatienceIsSpentWhichANewLowestLossRestores() {
        assertEquals(List.of(false, false, false, true), stops(2, 3, 2, 2, 2.5));
        assertEquals(List.of(false, false, false, false, true), stops(2, 3, 4, 2, 3, 3));
        assertEquals(List.of(false, false, false), stops(0, 1, 2, 3), "0 never stops");
    }

    @Test
    void refusesNegativePatience() {
        Refusal.says(
                IllegalArgumentException.class,
                "patience must be at least 1, or 0 for off: patience=-1",
                () -> new EarlyStopping(-1));
    }

    private static double[] factors(LearningRateSchedule schedule, int epochs) {
        return IntStream.rangeClosed(1, epochs)
                .mapToDouble(epoch -> schedule.factor(epoch, epochs))
                .toArray();
    }

    @Test
    void knownFactors() {
        assertArrayEquals(new double[] {1, 1, 1}, factors(LearningRateSchedule.CONSTANT, 3));
        assertArrayEquals(new double[] {1, 1, 0.1, 0.01}, factors(LearningRateSchedule.STEP, 4));
        double root = Math.sqrt(0.5);
        assertArrayEquals(
                new double[] {1, (1 + root) / 2, 0.5, (1 - root) / 2}, factors(LearningRateSchedule.COSINE, 4), 1e-15);
    }

    @ParameterizedTest
    @EnumSource
    void startsAtOneAndNeverRises(LearningRateSchedule schedule) {
        for (int epochs : new int[] {1, 13, 207}) {
            double[] factors = factors(schedule, epochs);
            assertEquals(1, factors[0]);
            for (int k = 1; k < epochs; k++) {
                assertEquals(Math.min(factors[k], factors[k - 1]), factors[k]);
                assertEquals(true, factors[k] > 0);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 4, -1})
    void refusesEpochsOutOfRange(int epoch) {
        Refusal.says(
                IllegalArgumentException.class,
                "epoch must be in [1, 3]: epoch=" + epoch,
                () -> LearningRateSchedule.STEP.factor(epoch, 3));
    }
}

package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;

class LearningRateScheduleTest {
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
        IllegalArgumentException e =
                assertThrows(IllegalArgumentException.class, () -> LearningRateSchedule.STEP.factor(epoch, 3));
        assertEquals("epoch must be in [1, 3]: epoch=" + epoch, e.getMessage());
    }
}

package org.pernodedrop.app.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MeanDeviationTest {
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

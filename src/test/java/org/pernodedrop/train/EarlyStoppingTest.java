package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
    private static List<Boolean> answers(int patience, double... losses) {
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
    void stopsWhenPatienceIsSpent() {
        assertEquals(List.of(false, false, false, true), answers(2, 3, 2, 2, 2.5));
    }

    @Test
    void newLowestLossRestoresPatience() {
        assertEquals(List.of(false, false, false, false, true), answers(2, 3, 4, 2, 3, 3));
    }

    @Test
    void zeroNeverStops() {
        assertEquals(List.of(false, false, false), answers(0, 1, 2, 3));
    }

    @Test
    void refusesNegativePatience() {
        IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> new EarlyStopping(-1));
        assertEquals("patience must be at least 1, or 0 for off: patience=-1", e.getMessage());
    }
}

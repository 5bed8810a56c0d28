package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class EarlyStoppingTest {
    private static List<Boolean> answers(int patience, double... losses) {
        EarlyStopping stopping = new EarlyStopping(patience);
        return Arrays.stream(losses).mapToObj(stopping::stopsAfter).toList();
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

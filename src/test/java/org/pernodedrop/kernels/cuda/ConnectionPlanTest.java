package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.pernodedrop.mask.TestResource;

class ConnectionPlanTest {
    /** Plans decide the order of sums: a change of a plan changes the last bits of trained models. */
    @Test
    void plansAreThoseOfTheTable() {
        List<String[]> rows = TestResource.rows(ConnectionPlanTest.class, "connection-plans.txt");
        assertTrue(rows.size() > 100, "rows: " + rows.size());
        for (String[] row : rows) {
            assertEquals(
                    String.join(" ", row),
                    PlanTable.row(
                            ConnectionPass.valueOf(row[0].toUpperCase(Locale.ROOT)),
                            MaskSource.valueOf(row[1].toUpperCase(Locale.ROOT)),
                            Arrays.copyOfRange(row, 2, 5),
                            row[5].equals("1"),
                            Integer.parseInt(row[6])));
        }
    }

    @Test
    void theLargestLayersOverflowNothing() {
        ConnectionPlan plan =
                ConnectionPlan.of(ConnectionPass.FORWARD, MaskSource.UNMASKED, 1 << 20, 1 << 20, 1 << 20, true, 132);
        assertEquals(ConnectionPlan.Tile.LARGE, plan.tile());
        assertEquals((1L << 20) / 64 * ((1L << 20) / 128), plan.tiles());
        assertEquals(1, plan.splits());
    }

    @Test
    void theSizeOfPackedMasks() {
        assertEquals(4 * 4 + 128, ConnectionPlan.packedWords(1, 1, 1));
        assertEquals(52 * 8 * 16 + 128, ConnectionPlan.packedWords(13, 207, 33));
        assertEquals(128L * 4096 * 4096 / 32 + 128, ConnectionPlan.packedWords(128, 4096, 4096));
        assertEquals((1L << 55) + 128, ConnectionPlan.packedWords(1 << 20, 1 << 20, 1 << 20));
    }

    @Test
    void numbersBelowOneAreRefused() {
        var refusal = assertThrows(
                IllegalArgumentException.class,
                () -> ConnectionPlan.of(ConnectionPass.FORWARD, MaskSource.PACKED, 1, 0, 1, true, 132));
        assertEquals("inputs must be at least 1: inputs=0", refusal.getMessage());
    }
}

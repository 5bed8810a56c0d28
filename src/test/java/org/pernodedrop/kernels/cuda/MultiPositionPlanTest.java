package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.pernodedrop.kernels.MultiPositionPrecision;
import org.pernodedrop.mask.TestResource;

class MultiPositionPlanTest {
    private static final int SHARED_OF_H100 = 232448;

    /** Plans decide the order of sums: a change of a plan changes the last bits of trained models. */
    @Test
    void plansAreThoseOfTheTable() {
        List<String[]> rows = TestResource.rows(MultiPositionPlanTest.class, "multi-position-plans.txt");
        assertTrue(rows.size() > 80, "rows: " + rows.size());
        for (String[] row : rows) {
            assertEquals(
                    String.join(" ", row),
                    PlanTable.row(
                            ConnectionPass.valueOf(row[0].toUpperCase(Locale.ROOT)),
                            MultiPositionPrecision.valueOf(row[1].toUpperCase(Locale.ROOT)),
                            Arrays.copyOfRange(row, 2, 6),
                            row[6].equals("1"),
                            Integer.parseInt(row[7]),
                            Integer.parseInt(row[8])));
        }
    }

    @Test
    void theLargestLayersOverflowNothing() {
        var shape = new MultiPositionPlan.Shape(1 << 10, 1 << 16, 1 << 16, 1 << 16);
        MultiPositionPlan plan = MultiPositionPlan.of(
                ConnectionPass.FORWARD, MultiPositionPrecision.BF16, shape, true, 132, SHARED_OF_H100);
        assertEquals(MultiPositionPlan.Tile.LARGE, plan.tile());
        assertEquals(1L << (10 + 16 - 7 + 16 - 8), plan.tiles());
        assertEquals(1L << (10 + 16 + 16 - 1), plan.firstWords());
        assertEquals(1L << (15 + 16), plan.secondWords());
    }

    @Test
    void numbersBelowOneAreRefused() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new MultiPositionPlan.Shape(1, 0, 1, 1));
        assertEquals("positions must be at least 1: positions=0", refusal.getMessage());
        var shape = new MultiPositionPlan.Shape(1, 1, 1, 1);
        refusal = assertThrows(
                IllegalArgumentException.class,
                () -> MultiPositionPlan.of(
                        ConnectionPass.FORWARD, MultiPositionPrecision.TF32, shape, true, 0, SHARED_OF_H100));
        assertEquals("multiprocessors must be at least 1: multiprocessors=0", refusal.getMessage());
    }

    /** The plan is made without knowing the source. */
    @Test
    void allSourcesComeInTheSameTiles() {
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (MultiPositionPrecision precision : MultiPositionPrecision.values()) {
                for (MultiPositionPlan.Tile tile : MultiPositionPlan.Tile.values()) {
                    KernelSignature one = MaskSource.ONE_PLANE.kernel(pass, precision, tile);
                    for (MaskSource source : MaskSource.MULTI_POSITION) {
                        KernelSignature other = source.kernel(pass, precision, tile);
                        assertEquals(one.tile(), other.tile(), other.name());
                        assertEquals(one.block(), other.block(), other.name());
                        assertEquals(one.sharedBytes(), other.sharedBytes(), other.name());
                    }
                }
            }
        }
    }
}

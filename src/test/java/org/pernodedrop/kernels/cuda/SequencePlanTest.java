package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.pernodedrop.mask.TestResource;

class SequencePlanTest {
    private static final int SHARED_OF_H100 = 232448;

    /** The kernels' own plans, which the native tests hold to the same table. */
    @Test
    void plansAreThoseOfTheSource() {
        List<String[]> rows = TestResource.rows(SequencePlanTest.class, "sequence-plans.txt");
        assertTrue(rows.size() > 80, "rows: " + rows.size());
        for (String[] row : rows) {
            SequencePlan plan = SequencePlan.of(
                    ConnectionPass.valueOf(row[0].toUpperCase(Locale.ROOT)),
                    SequencePrecision.valueOf(row[1].toUpperCase(Locale.ROOT)),
                    new SequencePlan.Shape(
                            Integer.parseInt(row[2]),
                            Integer.parseInt(row[3]),
                            Integer.parseInt(row[4]),
                            Integer.parseInt(row[5])),
                    row[6].equals("1"),
                    Integer.parseInt(row[7]),
                    Integer.parseInt(row[8]));
            SequencePlan expected = new SequencePlan(
                    SequenceTile.valueOf(row[9].toUpperCase(Locale.ROOT)),
                    Long.parseLong(row[10]),
                    Integer.parseInt(row[11]),
                    Integer.parseInt(row[12]),
                    Integer.parseInt(row[13]),
                    Integer.parseInt(row[14]),
                    Long.parseLong(row[15]),
                    Long.parseLong(row[16]),
                    Long.parseLong(row[17]));
            assertEquals(expected, plan, String.join(" ", row));
        }
    }

    @Test
    void theLargestLayersOverflowNothing() {
        var shape = new SequencePlan.Shape(1 << 10, 1 << 16, 1 << 16, 1 << 16);
        SequencePlan plan =
                SequencePlan.of(ConnectionPass.FORWARD, SequencePrecision.BF16, shape, true, 132, SHARED_OF_H100);
        assertEquals(SequenceTile.LARGE, plan.tile());
        assertEquals(1L << (10 + 16 - 7 + 16 - 8), plan.tiles());
        assertEquals(1L << (10 + 16 + 16 - 1), plan.firstWords());
        assertEquals(1L << (15 + 16), plan.secondWords());
    }

    @Test
    void numbersBelowOneAreRefused() {
        var refusal = assertThrows(IllegalArgumentException.class, () -> new SequencePlan.Shape(1, 0, 1, 1));
        assertEquals("positions must be at least 1: positions=0", refusal.getMessage());
        var shape = new SequencePlan.Shape(1, 1, 1, 1);
        refusal = assertThrows(
                IllegalArgumentException.class,
                () -> SequencePlan.of(ConnectionPass.FORWARD, SequencePrecision.TF32, shape, true, 0, SHARED_OF_H100));
        assertEquals("multiprocessors must be at least 1: multiprocessors=0", refusal.getMessage());
    }

    @ParameterizedTest
    @EnumSource
    void tilesPromiseTheBlocksOfThePtx(SequenceSource source) {
        for (SequencePrecision precision : SequencePrecision.values()) {
            List<PtxText.Entry> entries = new PtxText(source.module(precision).ptx()).entries();
            for (ConnectionPass pass : ConnectionPass.values()) {
                for (SequenceTile tile : SequenceTile.values()) {
                    String name = source.kernelName(pass, precision, tile);
                    PtxText.Entry entry = entries.stream()
                            .filter(candidate -> candidate.name().equals(name))
                            .findFirst()
                            .orElseThrow(() -> new AssertionError(name));
                    assertEquals(List.of(tile.shape(pass).blocks()), entry.directive(".minnctapersm"), name);
                }
            }
        }
    }
}

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

class ConnectionPlanTest {
    /** The kernels' own plans, which the native tests hold to the same table. */
    @Test
    void plansAreThoseOfTheSource() {
        List<String[]> rows = TestResource.rows(ConnectionPlanTest.class, "connection-plans.txt");
        assertTrue(rows.size() > 100, "rows: " + rows.size());
        for (String[] row : rows) {
            ConnectionPlan plan = ConnectionPlan.of(
                    ConnectionPass.valueOf(row[0].toUpperCase(Locale.ROOT)),
                    ConnectionSource.valueOf(row[1].toUpperCase(Locale.ROOT)),
                    Integer.parseInt(row[2]),
                    Integer.parseInt(row[3]),
                    Integer.parseInt(row[4]),
                    row[5].equals("1"),
                    Integer.parseInt(row[6]));
            ConnectionPlan expected = new ConnectionPlan(
                    ConnectionTile.valueOf(row[7].toUpperCase(Locale.ROOT)),
                    Long.parseLong(row[8]),
                    Integer.parseInt(row[9]),
                    Integer.parseInt(row[10]),
                    Integer.parseInt(row[11]),
                    Integer.parseInt(row[12]),
                    Long.parseLong(row[13]),
                    Long.parseLong(row[14]));
            assertEquals(expected, plan, String.join(" ", row));
        }
    }

    @Test
    void theLargestLayersOverflowNothing() {
        ConnectionPlan plan = ConnectionPlan.of(
                ConnectionPass.FORWARD, ConnectionSource.UNMASKED, 1 << 20, 1 << 20, 1 << 20, true, 132);
        assertEquals(ConnectionTile.LARGE, plan.tile());
        assertEquals((1L << 20) / 64 * ((1L << 20) / 128), plan.tiles());
        assertEquals(1, plan.stretches());
    }

    /** As in the native tests. */
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
                () -> ConnectionPlan.of(ConnectionPass.FORWARD, ConnectionSource.PACKED, 1, 0, 1, true, 132));
        assertEquals("inputs must be at least 1: inputs=0", refusal.getMessage());
    }

    /** Several planes take too many registers in the gradient of the weights for more than 12 warps. */
    @ParameterizedTest
    @EnumSource
    void tilesPromiseTheBlocksOfThePtx(ConnectionSource source) {
        PtxModule module = PtxModule.valueOf("CONNECTION_" + source);
        List<PtxText.Entry> entries = new PtxText(module.ptx()).entries();
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (ConnectionTile tile : ConnectionTile.of(source)) {
                ConnectionTile.Shape shape = tile.shape(pass);
                boolean severalPlanes = source == ConnectionSource.TWO_PLANES
                        || source == ConnectionSource.MANY_PLANES
                        || source == ConnectionSource.PARTIAL_GAUSSIAN;
                int blocks = pass == ConnectionPass.BACKWARD_WEIGHT && severalPlanes
                        ? Math.min(shape.blocks(), 384 / shape.threads())
                        : shape.blocks();
                String name = ConnectionKernels.name(pass, source, tile);
                PtxText.Entry entry = entries.stream()
                        .filter(candidate -> candidate.name().equals(name))
                        .findFirst()
                        .orElseThrow(() -> new AssertionError(name));
                assertEquals(List.of(blocks), entry.directive(".minnctapersm"), name);
            }
        }
    }
}

package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.DeviceProperties;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.mask.TestResource;

/** Plans decide the order of sums: a change of a plan changes the last bits of trained models. */
class PlansTest {
    private static final int SHARED_OF_H100 = 232448;
    private static final ConnectionShape ONE = ConnectionShape.of(1, 1, 1);

    @Test
    void plansOfOnePositionAreThoseOfTheTable() {
        requireTable("connection-plans.txt", row -> {
            boolean named = row[2].startsWith("bf16");
            int sizes = named ? 3 : 2;
            return PlanTable.row(
                    pass(row[0]),
                    MaskSource.valueOf(row[1].toUpperCase(Locale.ROOT)),
                    named ? Precision.valueOf(row[2].toUpperCase(Locale.ROOT)) : Precision.FP32,
                    Arrays.copyOfRange(row, sizes, sizes + 3),
                    row[sizes + 3].equals("1"),
                    Integer.parseInt(row[sizes + 4]));
        });
    }

    @Test
    void plansOfSeveralPositionsAreThoseOfTheTable() {
        requireTable(
                "multi-position-plans.txt",
                row -> PlanTable.row(
                        pass(row[0]),
                        Precision.valueOf(row[1].toUpperCase(Locale.ROOT)),
                        Arrays.copyOfRange(row, 2, 6),
                        row[6].equals("1"),
                        Integer.parseInt(row[7]),
                        Integer.parseInt(row[8])));
    }

    private static ConnectionPass pass(String name) {
        return ConnectionPass.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static void requireTable(String name, Function<String[], String> planned) {
        List<String[]> rows = TestResource.rows(PlansTest.class, name);
        assertTrue(rows.size() > 80, "rows: " + rows.size());
        for (String[] row : rows) {
            assertEquals(String.join(" ", row), planned.apply(row));
        }
    }

    @Test
    void theLargestLayersOverflowNothing() {
        ConnectionPlan one = ConnectionPlan.of(
                ConnectionPass.FORWARD,
                MaskSource.UNMASKED,
                ConnectionShape.of(1 << 20, 1 << 20, 1 << 20),
                true,
                Precision.BF16,
                PlanTable.device(132));
        assertEquals(ConnectionPlan.Tile.LARGE, one.tile());
        assertEquals((1L << 20) / 64 * ((1L << 20) / 128), one.tiles());
        assertEquals(1, one.splits());
        assertEquals(1L << 40, one.firstFloats());
        assertEquals(1L << 40, one.secondFloats());
        ConnectionShape shape = new ConnectionShape(1 << 10, 1 << 16, 1 << 16, 1 << 16);
        MultiPositionPlan several =
                MultiPositionPlan.of(ConnectionPass.FORWARD, Precision.BF16, shape, true, 132, SHARED_OF_H100);
        assertEquals(MultiPositionPlan.Tile.LARGE, several.tile());
        assertEquals(1L << (10 + 16 - 7 + 16 - 8), several.tiles());
        assertEquals(1L << (10 + 16 + 16 - 1), several.firstWords());
        assertEquals(1L << (15 + 16), several.secondWords());
    }

    /** Rounded copies of [3, 5] x [5, 7] and what the other passes multiply; only for what kernels do not round themselves. */
    @Test
    void copiesOfFactorsAreMultiplesOfFourFloats() {
        ConnectionShape shape = ConnectionShape.of(3, 5, 7);
        long[][] expected = {{16, 36}, {24, 36}, {16, 24}};
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (MaskSource source : MaskSource.values()) {
                for (Precision precision : Precision.values()) {
                    ConnectionPlan plan =
                            ConnectionPlan.of(pass, source, shape, false, precision, PlanTable.device(132));
                    boolean copies = precision == Precision.BF16
                            && (source == MaskSource.UNMASKED
                                    || source == MaskSource.GAUSSIAN
                                    || source == MaskSource.PARTIAL_GAUSSIAN);
                    assertEquals(copies, plan.readsCopies());
                    assertEquals(copies ? expected[pass.ordinal()][0] : 0, plan.firstFloats());
                    assertEquals(copies ? expected[pass.ordinal()][1] : 0, plan.secondFloats());
                }
            }
        }
    }

    @Test
    void sparseTensorCoresServeWhereTheyPay() {
        ConnectionShape shape = ConnectionShape.of(128, 4096, 4096);
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (int[] capability : new int[][] {{8, 0}, {8, 6}, {8, 9}, {9, 0}, {10, 0}, {12, 0}}) {
                var device = new DeviceProperties("", capability[0], capability[1], 132, 0, 0);
                boolean sparse = capability[1] == 0 && capability[0] < 10;
                for (MaskSource source : List.of(MaskSource.ONE_PLANE, MaskSource.MANY_PLANES, MaskSource.PACKED)) {
                    assertEquals(
                            sparse ? ConnectionPlan.Tile.BF16_LARGE : ConnectionPlan.Tile.LARGE,
                            ConnectionPlan.of(pass, source, shape, true, Precision.BF16, device)
                                    .tile());
                    assertEquals(
                            sparse ? ConnectionPlan.Tile.BF16_UNALIGNED : ConnectionPlan.Tile.UNALIGNED,
                            ConnectionPlan.of(pass, source, shape, false, Precision.BF16, device)
                                    .tile());
                    assertEquals(
                            sparse && source != MaskSource.ONE_PLANE
                                    ? ConnectionPlan.Tile.BF16X2_LARGE
                                    : ConnectionPlan.Tile.LARGE,
                            ConnectionPlan.of(pass, source, shape, true, Precision.BF16X2, device)
                                    .tile());
                    for (Precision whole : List.of(Precision.FP32, Precision.TF32)) {
                        assertEquals(
                                ConnectionPlan.Tile.LARGE,
                                ConnectionPlan.of(pass, source, shape, true, whole, device)
                                        .tile());
                    }
                }
            }
        }
    }

    /** So that sums run in the same order, and packed bits give the bits of drawn ones. */
    @Test
    void bf16PlansAreTheSameForAllSources() {
        for (int size : new int[] {1, 13, 207, 784, 4096}) {
            ConnectionShape shape = ConnectionShape.of(128, size, 256);
            for (ConnectionPass pass : ConnectionPass.values()) {
                for (MaskSource source : List.of(MaskSource.TWO_PLANES, MaskSource.MANY_PLANES, MaskSource.PACKED)) {
                    ConnectionPlan drawn = bf16(pass, MaskSource.ONE_PLANE, shape);
                    ConnectionPlan other = bf16(pass, source, shape);
                    assertEquals(drawn.tile(), other.tile());
                    assertEquals(drawn.splitLength(), other.splitLength());
                }
            }
        }
    }

    private static ConnectionPlan bf16(ConnectionPass pass, MaskSource source, ConnectionShape shape) {
        return ConnectionPlan.of(pass, source, shape, true, Precision.BF16, PlanTable.device(132));
    }

    @Test
    void theSizeOfPackedMasks() {
        assertEquals(4 * 4 + 128, ConnectionPlan.packedWords(ONE));
        assertEquals(52 * 8 * 16 + 128, ConnectionPlan.packedWords(ConnectionShape.of(13, 207, 33)));
        assertEquals(128L * 4096 * 4096 / 32 + 128, ConnectionPlan.packedWords(ConnectionShape.of(128, 4096, 4096)));
        assertEquals((1L << 55) + 128, ConnectionPlan.packedWords(ConnectionShape.of(1 << 20, 1 << 20, 1 << 20)));
    }

    @Test
    void aGpuHasMultiprocessors() {
        ConnectionPass pass = ConnectionPass.FORWARD;
        var refusal = assertThrows(
                IllegalArgumentException.class,
                () -> ConnectionPlan.of(pass, MaskSource.PACKED, ONE, true, Precision.FP32, PlanTable.device(0)));
        assertEquals("multiprocessors must be at least 1: multiprocessors=0", refusal.getMessage());
        refusal = assertThrows(
                IllegalArgumentException.class,
                () -> MultiPositionPlan.of(pass, Precision.TF32, ONE, true, 0, SHARED_OF_H100));
        assertEquals("multiprocessors must be at least 1: multiprocessors=0", refusal.getMessage());
    }

    /** The plan is made without knowing the source. */
    @Test
    void allSourcesOfSeveralPositionsComeInTheSameTiles() {
        for (ConnectionPass pass : ConnectionPass.values()) {
            for (Precision precision : PlanTable.TENSOR_CORES) {
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

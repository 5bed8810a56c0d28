package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.pernodedrop.mask.TestResource;

class LaunchShapesTest {
    /** The kernels' own grids, which the native tests hold to the same table. */
    @Test
    void gridsAreThoseOfTheSource() {
        List<String[]> rows = TestResource.rows(LaunchShapesTest.class, "launch-shapes.txt");
        assertTrue(rows.size() > 400, "rows: " + rows.size());
        for (String[] row : rows) {
            long[] n = new long[row.length];
            for (int k = 1; k < row.length; k++) {
                n[k] = Long.parseLong(row[k]);
            }
            assertEquals(new Grid((int) n[5], (int) n[6], (int) n[7]), grid(row[0], n), String.join(" ", row));
        }
    }

    private static Grid grid(String kind, long[] n) {
        LaunchShapes shapes = new LaunchShapes((int) Math.max(1, n[4]));
        int a = (int) n[1];
        int b = (int) n[2];
        int c = (int) n[3];
        return switch (kind) {
            case "elements" -> shapes.elements(n[1]);
            case "losses" -> shapes.losses(a);
            case "column_sums" -> shapes.columnSums(a, b);
            case "rows" -> LaunchShapes.rows(a, b);
            case "nodes" -> LaunchShapes.nodes(a, b);
            case "masks" -> LaunchShapes.masks(a, b, c);
            default -> throw new AssertionError(kind);
        };
    }

    @Test
    void aGpuHasMultiprocessors() {
        String message = assertThrows(IllegalArgumentException.class, () -> new LaunchShapes(0))
                .getMessage();
        assertEquals("multiprocessors must be at least 1: multiprocessors=0", message);
    }

    @Test
    void gridsThatNoGpuTakesAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Grid.of(1L << 31, 2, 3))
                .getMessage();
        assertTrue(message.endsWith("blocks=2147483648 by 2 by 3"), message);
        assertThrows(IllegalArgumentException.class, () -> Grid.of(1, 65_536, 1));
        assertThrows(IllegalArgumentException.class, () -> Grid.of(1, 1, 65_536));
        assertEquals("7 by 65535 by 1 blocks", Grid.of(7, 65_535, 1).toString());
    }
}

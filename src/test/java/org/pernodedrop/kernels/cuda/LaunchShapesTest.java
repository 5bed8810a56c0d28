package org.pernodedrop.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class LaunchShapesTest {
    private static final int[] SIZES = {1, 3, 13, 32, 33, 207, 1000, 65536, Integer.MAX_VALUE};
    private static final LaunchShapes H100 = new LaunchShapes(132);

    private static Grid grid(int x, int y, int z) {
        return new Grid(x, y, z);
    }

    @Test
    void elementsAndLossesFillTheGpuAndNoMore() {
        assertEquals(grid(1, 1, 1), H100.elements(256));
        assertEquals(grid(2, 1, 1), H100.elements(257));
        assertEquals(grid(8 * 132, 1, 1), H100.elements(1L << 40));
        assertEquals(grid(1, 1, 1), H100.losses(8));
        assertEquals(grid(2, 1, 1), H100.losses(9));
        assertEquals(grid(8 * 132, 1, 1), H100.losses(Integer.MAX_VALUE));
    }

    @Test
    void blocksCoverSeveralShortRows() {
        assertEquals(grid(1, 1, 1), LaunchShapes.rows(64, 4));
        assertEquals(grid(1, 2, 1), LaunchShapes.rows(65, 4));
        assertEquals(grid(4, 7, 1), LaunchShapes.rows(7, 1000));
    }

    @Test
    void warpsHave128OutputsOfASample() {
        assertEquals(grid(1, 2, 1), LaunchShapes.nodes(9, 128));
        assertEquals(grid(2, 1, 1), LaunchShapes.nodes(8, 129));
        assertEquals(grid(2, 2, 5), LaunchShapes.masks(5, 33, 200));
        assertEquals(grid(1, 1, 65_535), LaunchShapes.masks(70_000, 1, 1));
    }

    /** The parts decide the order of additions. */
    @Test
    void sumsAreSplitIntoFewPartsThatFillTheGpu() {
        assertEquals(grid(1, 1, 1), H100.columnSums(127, 10));
        assertEquals(grid(1, 2, 1), H100.columnSums(128, 10));
        assertEquals(grid(1, 256, 1), H100.columnSums(65_536, 10));
        assertEquals(grid(128, 5, 1), H100.columnSums(65_536, 4096));
        assertEquals(grid(1, 1, 1), H100.nodeBackward(1, 1));
        assertEquals(grid(32, 16, 1), H100.nodeBackward(128, 4096));
        assertEquals(grid(1, 256, 1), H100.nodeBackward(65_536, 128));
        assertEquals(grid(1000, 1, 1), H100.nodeBackward(65_536, 128 * 1000));
    }

    @Test
    void gridsCoverAllColumnsOfEveryShape() {
        for (int rows : SIZES) {
            for (int columns : SIZES) {
                covers(LaunchShapes.rows(rows, columns), 256, columns);
                covers(LaunchShapes.nodes(rows, columns), 128, columns);
                covers(H100.nodeBackward(rows, columns), 128, columns);
                covers(LaunchShapes.masks(rows, rows, columns), 128, columns);
                covers(H100.columnSums(rows, columns), 32, columns);
            }
        }
    }

    private static void covers(Grid grid, long width, int columns) {
        assertTrue(grid.x() * width >= columns && (grid.x() - 1) * width < columns, grid + " for " + columns);
        assertTrue(Math.min(grid.y(), grid.z()) >= 1 && Math.max(grid.y(), grid.z()) <= 65_535, grid.toString());
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

package org.pernodedrop.kernels.cuda;

import java.util.function.LongUnaryOperator;
import org.pernodedrop.kernels.DeviceAddress;

/**
 * {@code sums[u] = sum_r x[r, u]} of a matrix {@code x [R, U]}: parts of the rows first, then the parts, each in order, so
 * results are the same bits every time on the same kind of GPU.
 */
public final class ColumnSumsLauncher {
    private final Kernel kernel;
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;

    /** @param shapes of the GPU */
    public ColumnSumsLauncher(KernelModules modules, KernelLauncher launcher, LaunchShapes shapes) {
        this.kernel = modules.kernel(PtxModule.COLUMN_SUMS, "column_sums");
        this.launcher = launcher;
        this.shapes = shapes;
    }

    /**
     * Enqueues the sums.
     *
     * @param workspace gives the address of as many bytes as it is asked for, a multiple of 16
     */
    public void launch(int rows, int columns, DeviceAddress x, DeviceAddress sums, LongUnaryOperator workspace) {
        Grid grid = shapes.columnSums(rows, columns);
        if (grid.y() == 1) {
            launch(rows, columns, x.address(), sums.address(), grid);
            return;
        }
        long partials = workspace.applyAsLong(workspaceBytes(rows, columns));
        launch(rows, columns, x.address(), partials, grid);
        addRows(grid.y(), columns, partials, sums.address());
    }

    /** Enqueues the sums of few rows, each in order, without a workspace. */
    public void addRows(int rows, int columns, long x, long sums) {
        launch(rows, columns, x, sums, Grid.of(shapes.columnSums(rows, columns).x(), 1, 1));
    }

    private void launch(int rows, int columns, long x, long sums, Grid grid) {
        launcher.of(kernel).int32(rows).int32(columns).pointer(x).pointer(sums).launch(grid);
    }

    /** Bytes of workspace that the sums take; may be 0. */
    long workspaceBytes(int rows, int columns) {
        int parts = shapes.columnSums(rows, columns).y();
        return parts == 1 ? 0 : (long) Float.BYTES * parts * columns;
    }

    /** Loads the kernel, as must be done before a capture. */
    void load() {
        kernel.function();
    }
}

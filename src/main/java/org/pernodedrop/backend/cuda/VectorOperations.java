package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.cuda.kernel.Grid;
import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.kernel.PtxModule;

/** Element-wise operations and column sums. */
final class VectorOperations {
    private final CommandQueue queue;
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final Scratch scratch;
    private final Kernel fill;
    private final Kernel axpy;
    private final Kernel biasActivation;
    private final Kernel activationBackward;
    private final Kernel columnSums;

    VectorOperations(
            CommandQueue queue, CudaKernels kernels, KernelLauncher launcher, LaunchShapes shapes, Scratch scratch) {
        this.queue = queue;
        this.launcher = launcher;
        this.shapes = shapes;
        this.scratch = scratch;
        fill = kernels.kernel(PtxModule.VECTOR, "fill");
        axpy = kernels.kernel(PtxModule.VECTOR, "axpy");
        biasActivation = kernels.kernel(PtxModule.ACTIVATION, "bias_activation");
        activationBackward = kernels.kernel(PtxModule.ACTIVATION, "activation_backward");
        columnSums = kernels.kernel(PtxModule.COLUMN_SUMS, "column_sums");
    }

    /** {@code x = value}. */
    void fill(CudaFloats x, float value) {
        launcher.of(fill).int64(x.length()).float32(value).pointer(x).launch(shapes.elements(x.length()));
    }

    /** {@code to = from}. */
    void copy(CudaBuffer from, CudaBuffer to) {
        queue.copy(from.pointer, to.pointer, from.bytes());
    }

    /** {@code y = y + alpha x}. */
    void axpy(float alpha, CudaFloats x, CudaFloats y) {
        launcher.of(axpy).int64(x.length()).float32(alpha).pointer(x).pointer(y).launch(shapes.elements(x.length()));
    }

    /** {@code z = z + bias} by rows, if there is a bias; {@code y = act(z)}. */
    void biasActivation(Activation activation, int samples, int outputs, CudaFloats bias, CudaFloats z, CudaFloats y) {
        if (activation == Activation.LINEAR && bias == null && z.startsAt(y)) {
            return;
        }
        launcher.of(biasActivation)
                .int32(activation.ordinal())
                .int32(samples)
                .int32(outputs)
                .pointer(bias)
                .pointer(z)
                .pointer(y)
                .launch(LaunchShapes.rows(samples, outputs));
    }

    /** {@code dz = dy act'(z)}. */
    void activationBackward(
            Activation activation, long length, CudaFloats z, CudaFloats y, CudaFloats dy, CudaFloats dz) {
        launcher.of(activationBackward)
                .int32(activation.ordinal())
                .int64(length)
                .pointer(z)
                .pointer(y)
                .pointer(dy)
                .pointer(dz)
                .launch(shapes.elements(length));
    }

    /** {@code sums[u] = sum_b x[b, u]}: parts of the rows first, then the parts, each in order. */
    void columnSums(int samples, int outputs, CudaFloats x, CudaFloats sums) {
        Grid grid = shapes.columnSums(samples, outputs);
        if (grid.y() == 1) {
            columnSums(samples, outputs, x.address, sums.address, grid);
            return;
        }
        long partials = scratch.reserve((long) Float.BYTES * grid.y() * outputs);
        columnSums(samples, outputs, x.address, partials, grid);
        columnSums(grid.y(), outputs, partials, sums.address, Grid.of(grid.x(), 1, 1));
    }

    private void columnSums(int rows, int columns, long x, long sums, Grid grid) {
        launcher.of(columnSums)
                .int32(rows)
                .int32(columns)
                .pointer(x)
                .pointer(sums)
                .launch(grid);
    }
}

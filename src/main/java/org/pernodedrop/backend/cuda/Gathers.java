package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.cuda.kernel.LaunchShapes;
import org.pernodedrop.backend.cuda.kernel.PtxModule;

/** Batches picked out of a data set. */
final class Gathers {
    private final KernelLauncher launcher;
    private final LaunchShapes shapes;
    private final Kernel rows;
    private final Kernel labels;

    Gathers(CudaKernels kernels, KernelLauncher launcher, LaunchShapes shapes) {
        this.launcher = launcher;
        this.shapes = shapes;
        rows = kernels.kernel(PtxModule.GATHER, "gather_rows");
        labels = kernels.kernel(PtxModule.GATHER, "gather_labels");
    }

    /** {@code to[r, :] = from[rows[r], :]}. */
    void rows(int count, int width, CudaFloats from, CudaInts numbers, CudaFloats to) {
        launcher.of(rows)
                .int32(count)
                .int32(width)
                .pointer(from)
                .pointer(numbers)
                .pointer(to)
                .launch(LaunchShapes.rows(count, width));
    }

    /** {@code to[r] = from[rows[r]]}. */
    void labels(int count, CudaInts from, CudaInts numbers, CudaInts to) {
        launcher.of(labels)
                .int32(count)
                .pointer(from)
                .pointer(numbers)
                .pointer(to)
                .launch(shapes.elements(count));
    }
}

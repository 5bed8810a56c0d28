package org.pernodedrop.backend.cuda;

import org.pernodedrop.kernels.cuda.LaunchShapes;

/** Products over the shared parts of a backend. */
abstract class Operations {
    final CudaParts parts;
    final CommandQueue queue;
    final DevicePool pool;
    final Scratch scratch;
    final KernelLauncher launcher;
    final LaunchShapes shapes;

    Operations(CudaParts parts) {
        this.parts = parts;
        queue = parts.queue;
        pool = parts.pool;
        scratch = parts.scratch;
        launcher = parts.launcher;
        shapes = parts.shapes;
    }
}

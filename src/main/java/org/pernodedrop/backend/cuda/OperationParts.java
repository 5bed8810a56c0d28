package org.pernodedrop.backend.cuda;

import org.pernodedrop.kernels.cuda.LaunchShapes;

/** What operations are made of; all of it is closed by the backend. */
record OperationParts(
        CommandQueue queue,
        DevicePool pool,
        Scratch scratch,
        CudaKernels kernels,
        KernelLauncher launcher,
        LaunchShapes shapes) {}

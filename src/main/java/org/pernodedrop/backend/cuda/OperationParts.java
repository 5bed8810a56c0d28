package org.pernodedrop.backend.cuda;

import org.pernodedrop.kernels.cuda.KernelLauncher;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;

/** What operations are made of; all of it is closed by the backend. */
record OperationParts(
        CommandQueue queue,
        DevicePool pool,
        PooledScratch scratch,
        KernelModules kernels,
        KernelLauncher launcher,
        LaunchShapes shapes) {}

package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.GatherKernels;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Batches picked out of a data set. */
final class Gathers extends Operations implements GatherKernels {
    private final Kernel gatherRows;
    private final Kernel gatherLabels;

    Gathers(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        gatherRows = kernels.kernel(PtxModule.GATHER, "gather_rows");
        gatherLabels = kernels.kernel(PtxModule.GATHER, "gather_labels");
    }

    @Override
    public void rows(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        queue.enter();
        launcher.of(gatherRows)
                .int32(count)
                .int32(width)
                .pointer(floats(from))
                .pointer(ints(rows))
                .pointer(floats(to))
                .launch(LaunchShapes.rows(count, width));
    }

    @Override
    public void labels(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        queue.enter();
        launcher.of(gatherLabels)
                .int32(count)
                .pointer(ints(from))
                .pointer(ints(rows))
                .pointer(ints(to))
                .launch(shapes.elements(count));
    }
}

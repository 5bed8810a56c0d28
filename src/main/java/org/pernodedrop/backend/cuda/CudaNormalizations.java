package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Normalizations;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Batch normalization: sums over parts of the rows first, then over the parts, each in order. */
final class CudaNormalizations extends Normalizations {
    private final CudaParts parts;
    private final Kernel momentSums;
    private final Kernel gradientSums;
    private final Kernel addParts;
    private final Kernel normalize;
    private final Kernel normalizeBackward;

    CudaNormalizations(KernelRunner runner, CudaParts parts) {
        super(runner);
        this.parts = parts;
        KernelModules kernels = parts.kernels;
        momentSums = kernels.kernel(PtxModule.NORMALIZATION, "moment_sums");
        gradientSums = kernels.kernel(PtxModule.NORMALIZATION, "gradient_sums");
        addParts = kernels.kernel(PtxModule.NORMALIZATION, "add_parts");
        normalize = kernels.kernel(PtxModule.NORMALIZATION, "normalize");
        normalizeBackward = kernels.kernel(PtxModule.NORMALIZATION, "normalize_backward");
    }

    @Override
    protected void momentsKernel(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance) {
        parts.queue.enter();
        CudaFloats ownMean = parts.floats(mean);
        Grid grid = parts.shapes.columnSums(rows, channels);
        long sums = parts.scratch.reserve((long) Double.BYTES * grid.y() * channels);
        momentSums(rows, channels, x, null, sums, grid);
        addParts(grid.y(), channels, channels, rows, sums, ownMean);
        momentSums(rows, channels, x, ownMean, sums, grid);
        addParts(grid.y(), channels, channels, rows, sums, parts.floats(variance));
    }

    private void momentSums(int rows, int channels, DeviceFloats x, CudaFloats mean, long sums, Grid grid) {
        parts.launcher
                .of(momentSums)
                .int32(rows, channels)
                .pointer(parts.floats(x))
                .pointer(mean)
                .pointer(sums)
                .launch(grid);
    }

    private void addParts(int count, int channels, long stride, int divisor, long sums, CudaFloats to) {
        parts.launcher
                .of(addParts)
                .int32(count, channels)
                .int64(stride)
                .int32(divisor)
                .pointer(sums)
                .pointer(to)
                .launch(parts.shapes.elements(channels));
    }

    @Override
    protected void normalizeKernel(Input input, DeviceFloats shift, DeviceFloats y) {
        parts.queue.enter();
        int rows = input.rows();
        int channels = input.channels();
        parts.launcher
                .of(normalize)
                .int32(rows, channels)
                .float32(input.epsilon())
                .pointer(parts.floats(input.x(), input.mean(), input.variance(), input.scale(), shift, y))
                .launch(LaunchShapes.rows(rows, channels));
    }

    @Override
    protected void normalizeBackwardKernel(
            Input input, DeviceFloats dy, DeviceFloats dx, DeviceFloats dScale, DeviceFloats dShift) {
        parts.queue.enter();
        int rows = input.rows();
        int channels = input.channels();
        Grid grid = parts.shapes.columnSums(rows, channels);
        long ofChannels = (long) Double.BYTES * channels;
        long sums = parts.scratch.reserve(2 * ofChannels * grid.y());
        parts.launcher
                .of(gradientSums)
                .int32(rows, channels)
                .float32(input.epsilon())
                .pointer(parts.floats(input.x(), input.mean(), input.variance(), dy))
                .pointer(sums)
                .launch(grid);
        addParts(grid.y(), channels, 2L * channels, 1, sums, parts.floats(dShift));
        addParts(grid.y(), channels, 2L * channels, 1, sums + ofChannels, parts.floats(dScale));
        if (dx == null) {
            return;
        }
        parts.launcher
                .of(normalizeBackward)
                .int32(rows, channels)
                .float32(input.epsilon())
                .pointer(parts.floats(input.x(), input.mean(), input.variance(), input.scale(), dScale, dShift, dy, dx))
                .launch(LaunchShapes.rows(rows, channels));
    }
}

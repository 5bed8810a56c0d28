package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.NormalizationKernels;
import org.pernodedrop.kernels.cuda.Grid;
import org.pernodedrop.kernels.cuda.Kernel;
import org.pernodedrop.kernels.cuda.KernelModules;
import org.pernodedrop.kernels.cuda.LaunchShapes;
import org.pernodedrop.kernels.cuda.PtxModule;

/** Batch normalization: sums over parts of the rows first, then over the parts, each in order. */
final class Normalizations extends Operations implements NormalizationKernels {
    private final Kernel momentSums;
    private final Kernel gradientSums;
    private final Kernel addParts;
    private final Kernel normalize;
    private final Kernel normalizeBackward;
    private final Kernel blend;

    Normalizations(OperationParts parts) {
        super(parts);
        KernelModules kernels = parts.kernels();
        momentSums = kernels.kernel(PtxModule.NORMALIZATION, "moment_sums");
        gradientSums = kernels.kernel(PtxModule.NORMALIZATION, "gradient_sums");
        addParts = kernels.kernel(PtxModule.NORMALIZATION, "add_parts");
        normalize = kernels.kernel(PtxModule.NORMALIZATION, "normalize");
        normalizeBackward = kernels.kernel(PtxModule.NORMALIZATION, "normalize_backward");
        blend = kernels.kernel(PtxModule.VECTOR, "blend");
    }

    @Override
    public void moments(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance) {
        queue.enter();
        CudaFloats ownMean = floats(mean);
        Grid grid = shapes.columnSums(rows, channels);
        long sums = scratch.reserve((long) Double.BYTES * grid.y() * channels);
        momentSums(rows, channels, x, null, sums, grid);
        addParts(grid.y(), channels, channels, rows, sums, ownMean);
        momentSums(rows, channels, x, ownMean, sums, grid);
        addParts(grid.y(), channels, channels, rows, sums, floats(variance));
    }

    private void momentSums(int rows, int channels, DeviceFloats x, CudaFloats mean, long sums, Grid grid) {
        launcher.of(momentSums)
                .int32(rows)
                .int32(channels)
                .pointer(floats(x))
                .pointer(mean)
                .pointer(sums)
                .launch(grid);
    }

    private void addParts(int parts, int channels, long stride, int divisor, long sums, CudaFloats to) {
        launcher.of(addParts)
                .int32(parts)
                .int32(channels)
                .int64(stride)
                .int32(divisor)
                .pointer(sums)
                .pointer(to)
                .launch(shapes.elements(channels));
    }

    @Override
    public void normalize(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats shift,
            DeviceFloats y) {
        queue.enter();
        launcher.of(normalize)
                .int32(rows)
                .int32(channels)
                .float32(epsilon)
                .pointer(floats(x))
                .pointer(floats(mean))
                .pointer(floats(variance))
                .pointer(floats(scale))
                .pointer(floats(shift))
                .pointer(floats(y))
                .launch(LaunchShapes.rows(rows, channels));
    }

    @Override
    public void normalizeBackward(
            int rows,
            int channels,
            float epsilon,
            DeviceFloats x,
            DeviceFloats mean,
            DeviceFloats variance,
            DeviceFloats scale,
            DeviceFloats dy,
            DeviceFloats dx,
            DeviceFloats dScale,
            DeviceFloats dShift) {
        queue.enter();
        Grid grid = shapes.columnSums(rows, channels);
        long ofChannels = (long) Double.BYTES * channels;
        long sums = scratch.reserve(2 * ofChannels * grid.y());
        launcher.of(gradientSums)
                .int32(rows)
                .int32(channels)
                .float32(epsilon)
                .pointer(floats(x))
                .pointer(floats(mean))
                .pointer(floats(variance))
                .pointer(floats(dy))
                .pointer(sums)
                .launch(grid);
        addParts(grid.y(), channels, 2L * channels, 1, sums, floats(dShift));
        addParts(grid.y(), channels, 2L * channels, 1, sums + ofChannels, floats(dScale));
        if (dx == null) {
            return;
        }
        launcher.of(normalizeBackward)
                .int32(rows)
                .int32(channels)
                .float32(epsilon)
                .pointer(floats(x))
                .pointer(floats(mean))
                .pointer(floats(variance))
                .pointer(floats(scale))
                .pointer(floats(dScale))
                .pointer(floats(dShift))
                .pointer(floats(dy))
                .pointer(floats(dx))
                .launch(LaunchShapes.rows(rows, channels));
    }

    @Override
    public void blend(float share, DeviceFloats from, DeviceFloats to) {
        queue.enter();
        launcher.of(blend)
                .int64(from.length())
                .float32(share)
                .pointer(floats(from))
                .pointer(floats(to))
                .launch(shapes.elements(from.length()));
    }
}

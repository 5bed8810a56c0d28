package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Normalizations;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** Batch normalization. Sums are in double precision, first within chunks of rows, then over the chunks in order. */
final class CpuNormalizations extends Normalizations {
    private final WorkerPool pool;

    CpuNormalizations(KernelRunner runner, WorkerPool pool) {
        super(runner);
        this.pool = pool;
    }

    /** Adds what row r has to say to the sums from an offset on. */
    private interface RowTerm {
        void add(int r, double[] sums, int offset);
    }

    // Sums of width values over rows of work elements each.
    private double[] sums(int rows, int work, int width, RowTerm term) {
        double[] partials = new double[Math.multiplyExact(Chunks.number(rows, work), width)];
        Chunks.run(pool, rows, work, (index, from, to, worker) -> {
            for (int r = from; r < to; r++) {
                term.add(r, partials, index * width);
            }
        });
        double[] sums = new double[width];
        for (int k = 0; k < partials.length; k++) {
            sums[k % width] += partials[k];
        }
        return sums;
    }

    @Override
    protected void momentsKernel(int rows, int channels, DeviceFloats x, DeviceFloats mean, DeviceFloats variance) {
        CpuFloats from = CpuFloats.of(x);
        CpuFloats means = CpuFloats.of(mean);
        CpuFloats variances = CpuFloats.of(variance);
        double[] totals = sums(rows, channels, channels, (r, sums, offset) -> {
            int row = from.offset + r * channels;
            for (int c = 0; c < channels; c++) {
                sums[offset + c] += from.array[row + c];
            }
        });
        for (int c = 0; c < channels; c++) {
            means.array[means.offset + c] = (float) (totals[c] / rows);
        }
        double[] squares = sums(rows, channels, channels, (r, sums, offset) -> {
            int row = from.offset + r * channels;
            for (int c = 0; c < channels; c++) {
                double difference = from.array[row + c] - totals[c] / rows;
                sums[offset + c] += difference * difference;
            }
        });
        for (int c = 0; c < channels; c++) {
            variances.array[variances.offset + c] = (float) (squares[c] / rows);
        }
    }

    private static float[] reciprocalDeviations(int channels, float epsilon, CpuFloats variance) {
        float[] reciprocals = new float[channels];
        for (int c = 0; c < channels; c++) {
            reciprocals[c] = (float) (1 / Math.sqrt((double) variance.array[variance.offset + c] + epsilon));
        }
        return reciprocals;
    }

    @Override
    protected void normalizeKernel(Input input, DeviceFloats shift, DeviceFloats y) {
        int rows = input.rows();
        int channels = input.channels();
        CpuFloats from = CpuFloats.of(input.x());
        CpuFloats means = CpuFloats.of(input.mean());
        CpuFloats scales = CpuFloats.of(input.scale());
        CpuFloats shifts = CpuFloats.of(shift);
        CpuFloats to = CpuFloats.of(y);
        float[] reciprocals = reciprocalDeviations(channels, input.epsilon(), CpuFloats.of(input.variance()));
        Chunks.run(pool, rows, channels, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                int source = from.offset + r * channels;
                int target = to.offset + r * channels;
                for (int c = 0; c < channels; c++) {
                    float normal = (from.array[source + c] - means.array[means.offset + c]) * reciprocals[c];
                    to.array[target + c] = normal * scales.array[scales.offset + c] + shifts.array[shifts.offset + c];
                }
            }
        });
    }

    @Override
    protected void normalizeBackwardKernel(
            Input input, DeviceFloats dy, DeviceFloats dx, DeviceFloats dScale, DeviceFloats dShift) {
        int rows = input.rows();
        int channels = input.channels();
        CpuFloats from = CpuFloats.of(input.x());
        CpuFloats means = CpuFloats.of(input.mean());
        CpuFloats scales = CpuFloats.of(input.scale());
        CpuFloats gradient = CpuFloats.of(dy);
        CpuFloats scaleGradient = CpuFloats.of(dScale);
        CpuFloats shiftGradient = CpuFloats.of(dShift);
        float[] reciprocals = reciprocalDeviations(channels, input.epsilon(), CpuFloats.of(input.variance()));
        // The first half of the sums is the shift's, the second the scale's.
        double[] totals = sums(rows, 2 * channels, 2 * channels, (r, sums, offset) -> {
            int source = from.offset + r * channels;
            int row = gradient.offset + r * channels;
            for (int c = 0; c < channels; c++) {
                float normal = (from.array[source + c] - means.array[means.offset + c]) * reciprocals[c];
                double value = gradient.array[row + c];
                sums[offset + c] += value;
                sums[offset + channels + c] += value * normal;
            }
        });
        for (int c = 0; c < channels; c++) {
            shiftGradient.array[shiftGradient.offset + c] = (float) totals[c];
            scaleGradient.array[scaleGradient.offset + c] = (float) totals[channels + c];
        }
        if (dx == null) {
            return;
        }
        CpuFloats to = CpuFloats.of(dx);
        Chunks.run(pool, rows, channels, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                int source = from.offset + r * channels;
                int row = gradient.offset + r * channels;
                int target = to.offset + r * channels;
                for (int c = 0; c < channels; c++) {
                    float normal = (from.array[source + c] - means.array[means.offset + c]) * reciprocals[c];
                    float meanShift = (float) (totals[c] / rows);
                    float meanScale = (float) (totals[channels + c] / rows);
                    to.array[target + c] = scales.array[scales.offset + c]
                            * reciprocals[c]
                            * (gradient.array[row + c] - meanShift - normal * meanScale);
                }
            }
        });
    }
}

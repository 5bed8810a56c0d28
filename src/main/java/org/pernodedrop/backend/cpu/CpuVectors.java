package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.Vectors;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.cpu.Activations;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.ColumnSums;
import org.pernodedrop.kernels.cpu.WorkerPool;

/** Element-wise operations, column sums and gathers. */
final class CpuVectors extends Vectors {
    // What a transcendental function costs, in multiply-adds.
    private static final int FUNCTION_WORK = 16;

    private final WorkerPool pool;
    private final ColumnSums columnSums;

    CpuVectors(KernelRunner runner, WorkerPool pool) {
        super(runner);
        this.pool = pool;
        this.columnSums = new ColumnSums(pool);
    }

    @Override
    protected void fillKernel(DeviceFloats x, float value) {
        CpuFloats own = CpuFloats.of(x);
        Chunks.run(
                pool,
                (int) x.length(),
                1,
                (index, from, to, worker) -> Arrays.fill(own.array, own.offset + from, own.offset + to, value));
    }

    @Override
    protected void copyKernel(DeviceFloats from, DeviceFloats to) {
        CpuFloats source = CpuFloats.of(from);
        CpuFloats target = CpuFloats.of(to);
        Chunks.run(
                pool,
                (int) from.length(),
                1,
                (index, first, end, worker) -> System.arraycopy(
                        source.array, source.offset + first, target.array, target.offset + first, end - first));
    }

    @Override
    protected void copyKernel(DeviceInts from, DeviceInts to) {
        CpuInts source = CpuInts.of(from);
        CpuInts target = CpuInts.of(to);
        System.arraycopy(source.array, source.offset, target.array, target.offset, (int) from.length());
    }

    @Override
    protected void axpyKernel(float alpha, DeviceFloats x, DeviceFloats y) {
        CpuFloats ownX = CpuFloats.of(x);
        CpuFloats ownY = CpuFloats.of(y);
        int toX = ownX.offset - ownY.offset;
        Chunks.run(pool, (int) x.length(), 1, (index, from, to, worker) -> {
            if (toX == 0) {
                // One index for both arrays, so that the loop becomes vector instructions.
                axpy(alpha, ownX.array, 0, ownY.array, ownY.offset + from, ownY.offset + to);
            } else {
                axpy(alpha, ownX.array, toX, ownY.array, ownY.offset + from, ownY.offset + to);
            }
        });
    }

    private static void axpy(float alpha, float[] x, int toX, float[] y, int start, int end) {
        for (int k = start; k < end; k++) {
            y[k] += alpha * x[k + toX];
        }
    }

    @Override
    protected void multiplyKernel(long length, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        CpuFloats ownA = CpuFloats.of(a);
        CpuFloats ownB = CpuFloats.of(b);
        CpuFloats ownTo = CpuFloats.of(to);
        Chunks.run(
                pool,
                (int) length,
                1,
                (index, from, end, worker) -> multiply(
                        ownA.array,
                        ownA.offset + from,
                        ownB.array,
                        ownB.offset + from,
                        ownTo.array,
                        ownTo.offset + from,
                        end - from));
    }

    @Override
    protected void multiplyAddKernel(long length, float alpha, DeviceFloats a, DeviceFloats b, DeviceFloats to) {
        CpuFloats ownA = CpuFloats.of(a);
        CpuFloats ownB = CpuFloats.of(b);
        CpuFloats ownTo = CpuFloats.of(to);
        Chunks.run(
                pool,
                (int) length,
                1,
                (index, from, end, worker) -> multiplyAdd(
                        alpha,
                        ownA.array,
                        ownA.offset + from,
                        ownB.array,
                        ownB.offset + from,
                        ownTo.array,
                        ownTo.offset + from,
                        end - from));
    }

    @Override
    protected void multiplyRowsKernel(long rows, long width, DeviceFloats a, DeviceFloats row, DeviceFloats to) {
        CpuFloats ownA = CpuFloats.of(a);
        CpuFloats ownRow = CpuFloats.of(row);
        CpuFloats ownTo = CpuFloats.of(to);
        int length = (int) width;
        Chunks.run(pool, (int) rows, width, (index, from, end, worker) -> {
            for (int r = from; r < end; r++) {
                multiply(
                        ownA.array,
                        ownA.offset + r * length,
                        ownRow.array,
                        ownRow.offset,
                        ownTo.array,
                        ownTo.offset + r * length,
                        length);
            }
        });
    }

    private static void multiply(float[] a, int atA, float[] b, int atB, float[] to, int at, int length) {
        for (int k = 0; k < length; k++) {
            to[at + k] = a[atA + k] * b[atB + k];
        }
    }

    private static void multiplyAdd(
            float alpha, float[] a, int atA, float[] b, int atB, float[] to, int at, int length) {
        for (int k = 0; k < length; k++) {
            to[at + k] += alpha * a[atA + k] * b[atB + k];
        }
    }

    @Override
    protected void biasActivationKernel(
            Activation activation, int samples, int outputs, DeviceFloats bias, DeviceFloats z, DeviceFloats y) {
        CpuFloats ownBias = CpuFloats.of(bias);
        CpuFloats ownZ = CpuFloats.of(z);
        CpuFloats ownY = CpuFloats.of(y);
        Chunks.run(pool, samples, outputs * work(activation), (index, from, to, worker) -> {
            for (int b = from; b < to; b++) {
                int row = ownZ.offset + b * outputs;
                if (ownBias != null) {
                    addTo(ownZ.array, row, ownBias.array, ownBias.offset, outputs);
                }
                Activations.forward(activation, ownZ.array, row, ownY.array, ownY.offset + b * outputs, outputs);
            }
        });
    }

    @Override
    protected void activationBackwardKernel(
            Activation activation, long length, DeviceFloats z, DeviceFloats y, DeviceFloats dy, DeviceFloats dz) {
        CpuFloats ownZ = CpuFloats.of(z);
        CpuFloats ownY = CpuFloats.of(y);
        CpuFloats ownDy = CpuFloats.of(dy);
        CpuFloats ownDz = CpuFloats.of(dz);
        Chunks.run(
                pool,
                (int) length,
                work(activation),
                (index, from, to, worker) -> Activations.backward(
                        activation,
                        ownZ.array,
                        ownZ.offset + from,
                        ownY.array,
                        ownY.offset + from,
                        ownDy.array,
                        ownDy.offset + from,
                        ownDz.array,
                        ownDz.offset + from,
                        to - from));
    }

    @Override
    protected void columnSumsKernel(int samples, int outputs, DeviceFloats x, DeviceFloats sums) {
        columnSums.run(samples, outputs, CpuFloats.matrix(x, outputs), CpuFloats.matrix(sums, outputs));
    }

    private static void addTo(float[] target, int targetOffset, float[] source, int offset, int length) {
        for (int k = 0; k < length; k++) {
            target[targetOffset + k] += source[offset + k];
        }
    }

    private static long work(Activation activation) {
        return switch (activation) {
            case LINEAR, RELU, LEAKY_RELU -> 1;
            case TANH, SIGMOID, GELU -> FUNCTION_WORK;
        };
    }

    @Override
    protected void blendKernel(float share, DeviceFloats from, DeviceFloats to) {
        CpuFloats source = CpuFloats.of(from);
        CpuFloats target = CpuFloats.of(to);
        Chunks.run(pool, (int) from.length(), 1, (index, first, end, worker) -> {
            for (int k = first; k < end; k++) {
                float before = target.array[target.offset + k];
                target.array[target.offset + k] = before + share * (source.array[source.offset + k] - before);
            }
        });
    }

    @Override
    protected void gatherRowsKernel(int count, int width, DeviceFloats from, DeviceInts rows, DeviceFloats to) {
        CpuFloats source = CpuFloats.of(from);
        CpuInts numbers = CpuInts.of(rows);
        CpuFloats target = CpuFloats.of(to);
        checkRows(count, numbers, from.length() / width);
        Chunks.run(pool, count, width, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                int row = numbers.array[numbers.offset + r];
                System.arraycopy(
                        source.array, source.offset + row * width, target.array, target.offset + r * width, width);
            }
        });
    }

    @Override
    protected void gatherLabelsKernel(int count, DeviceInts from, DeviceInts rows, DeviceInts to) {
        CpuInts source = CpuInts.of(from);
        CpuInts numbers = CpuInts.of(rows);
        CpuInts target = CpuInts.of(to);
        checkRows(count, numbers, from.length());
        Chunks.run(pool, count, 1, (index, first, end, worker) -> {
            for (int r = first; r < end; r++) {
                target.array[target.offset + r] = source.array[source.offset + numbers.array[numbers.offset + r]];
            }
        });
    }

    private static void checkRows(int count, CpuInts rows, long available) {
        for (int r = 0; r < count; r++) {
            int row = rows.array[rows.offset + r];
            if (row < 0 || row >= available) {
                throw new IllegalArgumentException("rows must be in [0, number of rows): rows[" + r + "]=" + row
                        + ", number of rows=" + available);
            }
        }
    }
}

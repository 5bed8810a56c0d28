package org.pernodedrop.backend.cpu;

import java.util.Arrays;
import org.pernodedrop.backend.Activation;

/** Element-wise operations and column sums. */
final class VectorOperations {
    // What a transcendental function costs, in multiply-adds.
    private static final int FUNCTION_WORK = 16;
    private static final int COLUMNS = 256;

    private final WorkerPool pool;

    VectorOperations(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code x = value}. */
    void fill(CpuFloats x, float value) {
        Stretches.run(
                pool,
                (int) x.length(),
                1,
                (index, from, to, worker) -> Arrays.fill(x.array, x.offset + from, x.offset + to, value));
    }

    /** {@code to = from}. */
    void copy(CpuFloats from, CpuFloats to) {
        Stretches.run(
                pool,
                (int) from.length(),
                1,
                (index, first, end, worker) ->
                        System.arraycopy(from.array, from.offset + first, to.array, to.offset + first, end - first));
    }

    /** {@code to = from}. */
    void copy(CpuInts from, CpuInts to) {
        System.arraycopy(from.array, from.offset, to.array, to.offset, (int) from.length());
    }

    /** {@code y = y + alpha x}. */
    void axpy(float alpha, CpuFloats x, CpuFloats y) {
        int toX = x.offset - y.offset;
        Stretches.run(pool, (int) x.length(), 1, (index, from, to, worker) -> {
            if (toX == 0) {
                // One index for both arrays, so that the loop becomes vector instructions.
                axpy(alpha, x.array, 0, y.array, y.offset + from, y.offset + to);
            } else {
                axpy(alpha, x.array, toX, y.array, y.offset + from, y.offset + to);
            }
        });
    }

    private static void axpy(float alpha, float[] x, int toX, float[] y, int start, int end) {
        for (int k = start; k < end; k++) {
            y[k] += alpha * x[k + toX];
        }
    }

    /** {@code z = z + bias} by rows, if there is a bias; {@code y = act(z)}. */
    void biasActivation(Activation activation, int samples, int outputs, CpuFloats bias, CpuFloats z, CpuFloats y) {
        Stretches.run(pool, samples, outputs * work(activation), (index, from, to, worker) -> {
            for (int b = from; b < to; b++) {
                int row = z.offset + b * outputs;
                if (bias != null) {
                    addTo(z.array, row, bias.array, bias.offset, outputs);
                }
                Activations.forward(activation, z.array, row, y.array, y.offset + b * outputs, outputs);
            }
        });
    }

    /** {@code dz = dy act'(z)}. */
    void activationBackward(Activation activation, int length, CpuFloats z, CpuFloats y, CpuFloats dy, CpuFloats dz) {
        Stretches.run(
                pool,
                length,
                work(activation),
                (index, from, to, worker) -> Activations.backward(
                        activation,
                        z.array,
                        z.offset + from,
                        y.array,
                        y.offset + from,
                        dy.array,
                        dy.offset + from,
                        dz.array,
                        dz.offset + from,
                        to - from));
    }

    /** {@code sums[u] = sum_b x[b, u]}, in the order of b. */
    void columnSums(int samples, int outputs, CpuFloats x, CpuFloats sums) {
        int blocks = (outputs - 1) / COLUMNS + 1;
        Stretches.run(pool, blocks, (long) samples * Math.min(outputs, COLUMNS), (index, from, to, worker) -> {
            int column = from * COLUMNS;
            int width = Math.min(outputs, to * COLUMNS) - column;
            int target = sums.offset + column;
            Arrays.fill(sums.array, target, target + width, 0f);
            for (int b = 0; b < samples; b++) {
                addTo(sums.array, target, x.array, x.offset + b * outputs + column, width);
            }
        });
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
}

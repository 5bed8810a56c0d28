package org.pernodedrop.kernels.cpu;

import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.Precision;

/**
 * Rounds the factors of products as {@link Precision} defines it, into copies: kernels in single precision then compute what a
 * GPU does with its own rounding. The CPU has no TF32 and does not round for it.
 *
 * <p>Copies are reused: those of a call are valid until the next. Arguments are trusted.
 */
public final class FactorRounding {
    private static final int CHUNK = 1 << 14;
    private static final int DROPPED_BITS = 16;
    private static final int BELOW_HALF = 0x7FFF;
    private static final int KEPT = 0xFFFF0000;

    private final WorkerPool pool;
    private final Precision precision;
    private final float[][] copies = new float[Factor.values().length][0];

    /** The factors of a layer's products; each has a copy of its own. */
    public enum Factor {
        /** Inputs; the first factor of an ordinary product. */
        X,
        /** Weights; the second factor of an ordinary product. */
        W,
        /** Gradients by the outputs. */
        DZ
    }

    /** Rounding by a pool's workers. */
    public FactorRounding(WorkerPool pool, Precision precision) {
        this.pool = pool;
        this.precision = precision;
    }

    /** Whether factors are rounded at all. */
    public boolean rounds() {
        return precision == Precision.BF16 || precision == Precision.BF16X2;
    }

    /** What is rounded to, for people, behind what else there is to say; nothing if nothing is. */
    String describe() {
        return rounds() ? "; factors in " + precision : "";
    }

    /** The factor without gaps between its rows, rounded. */
    HostMatrix rounded(Factor factor, HostMatrix from, int rows, int columns) {
        float[] to = copy(factor, Math.multiplyExact(rows, columns));
        int rowsPerTask = Math.max(1, CHUNK / columns);
        pool.run((rows - 1) / rowsPerTask + 1, (task, worker) -> {
            int end = Math.min(rows, (task + 1) * rowsPerTask);
            for (int row = task * rowsPerTask; row < end; row++) {
                from.get(row, 0, columns, to, row * columns);
                round(to, row * columns, to, row * columns, columns);
            }
        });
        return HostMatrix.of(to, columns);
    }

    /** A rounded copy of {@code count} floats, from its beginning on. */
    public float[] rounded(Factor factor, float[] from, int offset, int count) {
        float[] to = copy(factor, count);
        pool.run((count - 1) / CHUNK + 1, (task, worker) -> {
            int first = task * CHUNK;
            round(from, offset + first, to, first, Math.min(CHUNK, count - first));
        });
        return to;
    }

    private float[] copy(Factor factor, int length) {
        if (copies[factor.ordinal()].length < length) {
            copies[factor.ordinal()] = new float[length];
        }
        return copies[factor.ordinal()];
    }

    private void round(float[] from, int at, float[] to, int toAt, int count) {
        if (precision == Precision.BF16) {
            for (int k = 0; k < count; k++) {
                to[toAt + k] = bf16(from[at + k]);
            }
        } else {
            for (int k = 0; k < count; k++) {
                to[toAt + k] = twoTerms(from[at + k]);
            }
        }
    }

    /** The nearest bf16, the even one of two; NaN stays. */
    static float bf16(float value) {
        int bits = Float.floatToRawIntBits(value);
        int rounded = (bits + BELOW_HALF + (bits >>> DROPPED_BITS & 1)) & KEPT;
        return Float.isNaN(value) ? value : Float.intBitsToFloat(rounded);
    }

    /** The sum of two terms of bf16, which is exact. Without a finite first term there is no second. */
    static float twoTerms(float value) {
        float high = bf16(value);
        return Float.isFinite(high) ? high + bf16(value - high) : high;
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.mask.CurandStream;

/** Initial values from cuRAND's streams. */
final class CurandFills {
    // What a word and its transform cost, in multiply-adds.
    private static final int WORD_WORK = 16;

    private final WorkerPool pool;

    CurandFills(WorkerPool pool) {
        this.pool = pool;
    }

    /** {@code x[k] = uniform(first + k) (high - low) + low}. */
    void uniform(long seed, long first, float low, float high, CpuFloats x) {
        float range = high - low;
        Stretches.run(pool, (int) x.length(), WORD_WORK, (index, from, to, worker) -> {
            CurandStream stream = new CurandStream(seed);
            for (int k = from; k < to; k++) {
                x.array[x.offset + k] = stream.uniform(first + k) * range + low;
            }
        });
    }

    /** {@code x[k] = normal(first + k) deviation + mean}. */
    void normal(long seed, long first, float mean, float deviation, CpuFloats x) {
        Stretches.run(pool, (int) x.length(), WORD_WORK, (index, from, to, worker) -> {
            CurandStream stream = new CurandStream(seed);
            for (int k = from; k < to; k++) {
                x.array[x.offset + k] = stream.normal(first + k) * deviation + mean;
            }
        });
    }
}

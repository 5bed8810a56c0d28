package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.RandomFillKernels;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;
import org.pernodedrop.mask.CurandStream;

/** Initial values from cuRAND's streams. */
final class CurandFills implements RandomFillKernels {
    // What a word and its transform cost, in multiply-adds.
    private static final int WORD_WORK = 16;

    private final WorkerPool pool;

    CurandFills(WorkerPool pool) {
        this.pool = pool;
    }

    @Override
    public void uniform(long seed, long first, float low, float high, DeviceFloats x) {
        CpuFloats own = CpuFloats.of(x);
        float range = high - low;
        Chunks.run(pool, (int) x.length(), WORD_WORK, (index, from, to, worker) -> {
            CurandStream stream = new CurandStream(seed);
            for (int k = from; k < to; k++) {
                own.array[own.offset + k] = stream.uniform(first + k) * range + low;
            }
        });
    }

    @Override
    public void normal(long seed, long first, float mean, float deviation, DeviceFloats x) {
        CpuFloats own = CpuFloats.of(x);
        Chunks.run(pool, (int) x.length(), WORD_WORK, (index, from, to, worker) -> {
            CurandStream stream = new CurandStream(seed);
            for (int k = from; k < to; k++) {
                own.array[own.offset + k] = stream.normal(first + k) * deviation + mean;
            }
        });
    }
}

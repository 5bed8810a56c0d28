package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.RandomFills;
import org.pernodedrop.kernels.cpu.Chunks;
import org.pernodedrop.kernels.cpu.WorkerPool;
import org.pernodedrop.mask.CurandStream;

/** Initial values from cuRAND's streams. */
final class CpuRandomFills extends RandomFills {
    // What a word and its transform cost, in multiply-adds.
    private static final int WORD_WORK = 16;

    private final WorkerPool pool;

    CpuRandomFills(KernelRunner runner, WorkerPool pool) {
        super(runner);
        this.pool = pool;
    }

    @Override
    protected void uniformKernel(long seed, long first, float low, float high, DeviceFloats x) {
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
    protected void normalKernel(long seed, long first, float mean, float deviation, DeviceFloats x) {
        CpuFloats own = CpuFloats.of(x);
        Chunks.run(pool, (int) x.length(), WORD_WORK, (index, from, to, worker) -> {
            CurandStream stream = new CurandStream(seed);
            for (int k = from; k < to; k++) {
                own.array[own.offset + k] = stream.normal(first + k) * deviation + mean;
            }
        });
    }
}

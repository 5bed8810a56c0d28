package org.pernodedrop.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.Mask;

/**
 * The products of a PerNodeDrop layer where the positions of a sample share its mask: a mask is drawn once for all of them,
 * and the products are the BLAS library's. Memory beyond the operands is one {@link SequenceWorker} per worker.
 */
final class SequenceProducts {
    private final WorkerPool pool;
    private final BLAS blas;
    private final ConnectionTiles tiles;
    private final TileScratch[] scratch;
    private final SequenceWorker[] workers;

    /** @param scratch of the pool's workers; used by one product at a time */
    SequenceProducts(WorkerPool pool, BLAS blas, ConnectionTiles tiles, TileScratch[] scratch) {
        this.pool = pool;
        this.blas = blas;
        this.tiles = tiles;
        this.scratch = scratch;
        this.workers = new SequenceWorker[scratch.length];
    }

    void forward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            CpuFloats x,
            CpuFloats w,
            CpuFloats bias,
            CpuFloats z,
            CpuFloats y) {
        SequenceForward product =
                new SequenceForward(blas, mask, scale(mask), firstSample, shape, activation, x, w, bias, z, y);
        pool.run(product.tasks(), (task, worker) -> product.run(task, worker(worker)));
    }

    void backward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            CpuFloats x,
            CpuFloats w,
            CpuFloats dz,
            CpuFloats dx,
            CpuFloats dw) {
        SequenceBackward product = new SequenceBackward(blas, mask, scale(mask), firstSample, shape, x, w, dz, dx, dw);
        pool.run(product.tasks(), (task, worker) -> product.run(task, worker(worker)));
    }

    private static float scale(Mask mask) {
        return mask.spec().noise().usesNormals() ? 1f : mask.spec().rate().scale();
    }

    // Each worker makes its own, and no other one reads it.
    private SequenceWorker worker(int number) {
        if (workers[number] == null) {
            workers[number] = new SequenceWorker(tiles, scratch[number]);
        }
        return workers[number];
    }
}

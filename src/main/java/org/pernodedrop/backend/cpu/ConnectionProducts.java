package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import dev.ludovic.netlib.blas.BLAS;
import java.util.Arrays;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.ConnectionPassKernels;
import org.pernodedrop.backend.ConnectionShape;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;

/**
 * The products of a PerNodeDrop layer with connection masks that are drawn on the way: tiles over the worker team,
 * or {@link SequenceProducts} where positions share a mask. Memory beyond the operands is one {@link TileScratch} per
 * worker, and a padded copy of dz where U is no multiple of 32.
 */
final class ConnectionProducts implements ConnectionPassKernels {
    /** Tasks per worker that even out uneven speeds. */
    private static final int TASKS_PER_WORKER = 4;

    private final WorkerPool pool;
    private final ConnectionTiles tiles;
    private final TileScratch[] scratch;
    private final SequenceProducts sequences;
    private float[] padded = new float[0];

    ConnectionProducts(WorkerPool pool, ConnectionTiles tiles, BLAS blas) {
        this.pool = pool;
        this.tiles = tiles;
        this.scratch = new TileScratch[pool.threads()];
        for (int i = 0; i < scratch.length; i++) {
            scratch[i] = new TileScratch();
        }
        this.sequences = new SequenceProducts(pool, blas, tiles, scratch);
    }

    /** Which twin computes. */
    String describe() {
        return tiles.describe();
    }

    @Override
    public void forward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats bias,
            DeviceFloats z,
            DeviceFloats y,
            DeviceInts packed) {
        if (shape.positions() > 1) {
            sequences.forward(mask, firstSample, shape, activation, x, w, bias, z, y);
            return;
        }
        ConnectionForward product = new ConnectionForward(
                tiles,
                CpuStepState.current(mask),
                firstSample,
                activation,
                shape.samples(),
                shape.inputs(),
                shape.outputs(),
                CpuFloats.of(x),
                CpuFloats.of(w),
                CpuFloats.of(bias),
                CpuFloats.of(z),
                CpuFloats.of(y),
                PackedTiles.of(packed, shape));
        int stretch = TileScratch.FORWARD_SAMPLES;
        while (stretch > SAMPLES && product.tasks(stretch) < TASKS_PER_WORKER * pool.threads()) {
            stretch /= 2;
        }
        int samplesPerTask = stretch;
        pool.run(product.tasks(samplesPerTask), (task, worker) -> product.run(task, samplesPerTask, scratch[worker]));
    }

    @Override
    public void backward(
            LayerMask mask,
            int firstSample,
            ConnectionShape shape,
            DeviceFloats x,
            DeviceFloats w,
            DeviceFloats dz,
            DeviceFloats dx,
            DeviceFloats dw,
            DeviceInts packed) {
        if (shape.positions() > 1) {
            sequences.backward(mask, firstSample, shape, x, w, dz, dx, dw);
            return;
        }
        int samples = shape.samples();
        int inputs = shape.inputs();
        int outputs = shape.outputs();
        int width = (outputs + OUTPUTS - 1) / OUTPUTS * OUTPUTS;
        boolean pad = width != outputs;
        CpuFloats ownDz = CpuFloats.of(dz);
        if (pad) {
            pad(ownDz, samples, outputs, width);
        }
        ConnectionBackward product = new ConnectionBackward(
                tiles,
                CpuStepState.current(mask),
                firstSample,
                samples,
                inputs,
                outputs,
                CpuFloats.of(x),
                CpuFloats.of(w),
                pad ? padded : ownDz.array,
                pad ? 0 : ownDz.offset,
                width,
                CpuFloats.of(dx),
                CpuFloats.of(dw),
                PackedTiles.of(packed, shape));
        pool.run(product.tasks(), (quad, worker) -> product.run(quad, scratch[worker]));
    }

    @Override
    public long packedLength(ConnectionShape shape) {
        return PackedTiles.length(shape);
    }

    private void pad(CpuFloats dz, int samples, int outputs, int width) {
        int needed = Math.multiplyExact(samples, width);
        if (padded.length < needed) {
            padded = new float[needed];
        }
        for (int b = 0; b < samples; b++) {
            System.arraycopy(dz.array, dz.offset + b * outputs, padded, b * width, outputs);
            Arrays.fill(padded, b * width + outputs, (b + 1) * width, 0f);
        }
    }
}

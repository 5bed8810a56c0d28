package org.pernodedrop.backend.cpu;

import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;

import dev.ludovic.netlib.blas.BLAS;
import java.util.Arrays;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceInts;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.mask.Mask;

/**
 * The products of a PerNodeDrop layer with connection masks that are drawn on the way: tiles over the worker team,
 * or {@link SequenceProducts} where positions share a mask. Memory beyond the operands is one {@link TileScratch} per
 * worker, and a padded copy of dz where U is no multiple of 32 or dz lies in no array.
 */
final class ConnectionProducts {
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

    /** The products where positions share a mask. */
    SequenceProducts sequences() {
        return sequences;
    }

    /** Which twin computes. */
    String describe() {
        return tiles.describe();
    }

    void forward(
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
            sequences.forward(
                    CpuStepState.current(mask),
                    firstSample,
                    shape,
                    activation,
                    CpuFloats.of(x),
                    CpuFloats.of(w),
                    CpuFloats.of(bias),
                    CpuFloats.of(z),
                    CpuFloats.of(y));
            return;
        }
        int outputs = shape.outputs();
        HostMatrix before = CpuFloats.matrix(z, outputs);
        forward(
                CpuStepState.current(mask),
                firstSample,
                shape,
                activation,
                CpuFloats.matrix(x, shape.inputs()),
                CpuFloats.matrix(w, outputs),
                CpuFloats.matrix(bias, outputs),
                before,
                z.startsAt(y) ? before : CpuFloats.matrix(y, outputs),
                PackedTiles.of(packed, shape));
    }

    /** The same on matrices of the host, for one position a sample. */
    void forward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            Activation activation,
            HostMatrix x,
            HostMatrix w,
            HostMatrix bias,
            HostMatrix z,
            HostMatrix y,
            PackedTiles packed) {
        ConnectionForward product = new ConnectionForward(
                tiles,
                mask,
                firstSample,
                activation,
                shape.samples(),
                shape.inputs(),
                shape.outputs(),
                x,
                w,
                bias,
                z,
                y,
                packed);
        int stretch = TileScratch.FORWARD_SAMPLES;
        while (stretch > SAMPLES && product.tasks(stretch) < TASKS_PER_WORKER * pool.threads()) {
            stretch /= 2;
        }
        int samplesPerTask = stretch;
        pool.run(product.tasks(samplesPerTask), (task, worker) -> product.run(task, samplesPerTask, scratch[worker]));
    }

    void backward(
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
            sequences.backward(
                    CpuStepState.current(mask),
                    firstSample,
                    shape,
                    CpuFloats.of(x),
                    CpuFloats.of(w),
                    CpuFloats.of(dz),
                    CpuFloats.of(dx),
                    CpuFloats.of(dw));
            return;
        }
        int outputs = shape.outputs();
        backward(
                CpuStepState.current(mask),
                firstSample,
                shape,
                CpuFloats.matrix(x, shape.inputs()),
                CpuFloats.matrix(w, outputs),
                CpuFloats.matrix(dz, outputs),
                CpuFloats.matrix(dx, shape.inputs()),
                CpuFloats.matrix(dw, outputs),
                PackedTiles.of(packed, shape));
    }

    /** The same on matrices of the host, for one position a sample; dw may be null too. */
    void backward(
            Mask mask,
            int firstSample,
            ConnectionShape shape,
            HostMatrix x,
            HostMatrix w,
            HostMatrix dz,
            HostMatrix dx,
            HostMatrix dw,
            PackedTiles packed) {
        int samples = shape.samples();
        int outputs = shape.outputs();
        int width = (outputs + OUTPUTS - 1) / OUTPUTS * OUTPUTS;
        boolean asItIs = dz.array() != null && dz.leadingDimension() == width && width == outputs;
        if (!asItIs) {
            pad(dz, samples, outputs, width);
        }
        ConnectionBackward product = new ConnectionBackward(
                tiles,
                mask,
                firstSample,
                samples,
                shape.inputs(),
                outputs,
                x,
                w,
                asItIs ? dz.array() : padded,
                asItIs ? dz.arrayOffset() : 0,
                width,
                dx,
                dw,
                packed);
        pool.run(product.tasks(), (quad, worker) -> product.run(quad, scratch[worker]));
    }

    long packedLength(ConnectionShape shape) {
        return PackedTiles.length(shape);
    }

    private void pad(HostMatrix dz, int samples, int outputs, int width) {
        int needed = Math.multiplyExact(samples, width);
        if (padded.length < needed) {
            padded = new float[needed];
        }
        for (int b = 0; b < samples; b++) {
            dz.get(b, 0, outputs, padded, b * width);
            Arrays.fill(padded, b * width + outputs, (b + 1) * width, 0f);
        }
    }
}

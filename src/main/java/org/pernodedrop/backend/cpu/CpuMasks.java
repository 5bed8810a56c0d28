package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.KernelRunner;
import org.pernodedrop.backend.LayerMask;
import org.pernodedrop.backend.Masks;
import org.pernodedrop.backend.Vectors;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;

/** Masks that are multiplied in element by element, and masks written out; drawn tile by tile, never stored. */
final class CpuMasks extends Masks {
    // What drawing a value costs, in multiply-adds.
    private static final int DRAW_WORK = 8;

    private final WorkerPool pool;
    private final MaskTile[] tiles;
    private final ConnectionTiles connectionTiles;
    private final TileScratch[] scratch;

    CpuMasks(KernelRunner runner, WorkerPool pool, ConnectionTiles connectionTiles, Vectors vectors) {
        super(runner, vectors);
        this.pool = pool;
        this.tiles = new MaskTile[pool.threads()];
        for (int worker = 0; worker < tiles.length; worker++) {
            tiles[worker] = new MaskTile();
        }
        this.connectionTiles = connectionTiles;
        this.scratch = new TileScratch[pool.threads()];
        for (int worker = 0; worker < scratch.length; worker++) {
            scratch[worker] = new TileScratch();
        }
    }

    @Override
    protected void multiplyNodesKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats from, DeviceFloats to) {
        Mask current = CpuStepState.current(mask);
        CpuFloats source = CpuFloats.of(from);
        CpuFloats target = CpuFloats.of(to);
        Stretches.run(pool, samples, (long) outputs * DRAW_WORK, (index, first, end, worker) -> {
            for (int b = first; b < end; b++) {
                multiply(tiles[worker], current, firstSample + b, 0, 1, outputs, source, target, b * outputs);
            }
        });
    }

    @Override
    protected void multiplyWeightsKernel(LayerMask mask, int inputs, int outputs, DeviceFloats from, DeviceFloats to) {
        Mask current = CpuStepState.current(mask);
        CpuFloats source = CpuFloats.of(from);
        CpuFloats target = CpuFloats.of(to);
        int groups = groups(inputs);
        Stretches.run(pool, groups, (long) MaskTile.INPUTS * outputs * DRAW_WORK, (index, first, end, worker) -> {
            for (int group = first; group < end; group++) {
                int input = group * MaskTile.INPUTS;
                int rows = Math.min(inputs - input, MaskTile.INPUTS);
                multiply(tiles[worker], current, 0, group, rows, outputs, source, target, input * outputs);
            }
        });
    }

    @Override
    protected void exportKernel(
            LayerMask mask, int firstSample, int samples, int inputs, int outputs, DeviceFloats to) {
        Mask current = CpuStepState.current(mask);
        CpuFloats own = CpuFloats.of(to);
        int groups = groups(inputs);
        boolean byNode = mask.spec().granularity() == Granularity.NODE;
        long work = (long) MaskTile.INPUTS * outputs * DRAW_WORK;
        Stretches.run(pool, samples * groups, work, (index, first, end, worker) -> {
            for (int item = first; item < end; item++) {
                int sample = item / groups;
                int group = item % groups;
                int input = group * MaskTile.INPUTS;
                int rows = Math.min(inputs - input, MaskTile.INPUTS);
                int target = own.offset + (sample * inputs + input) * outputs;
                if (byNode) {
                    writeNode(tiles[worker], current, firstSample + sample, rows, outputs, own.array, target);
                } else {
                    write(tiles[worker], current, firstSample + sample, group, rows, outputs, own.array, target);
                }
            }
        });
    }

    @Override
    protected void reparameterizeKernel(
            LayerMask mask, int firstSample, int samples, int outputs, DeviceFloats variance, DeviceFloats z) {
        CpuFloats v = CpuFloats.of(variance);
        CpuFloats target = CpuFloats.of(z);
        forOutputNoise(mask, firstSample, samples, outputs, (at, noise, noiseAt, length) -> {
            for (int k = 0; k < length; k++) {
                target.array[target.offset + at + k] +=
                        (float) Math.sqrt(v.array[v.offset + at + k]) * (noise[noiseAt + k] - 1);
            }
        });
    }

    @Override
    protected void reparameterizeBackwardKernel(
            LayerMask mask,
            int firstSample,
            int samples,
            int outputs,
            DeviceFloats variance,
            DeviceFloats dz,
            DeviceFloats dVariance) {
        CpuFloats v = CpuFloats.of(variance);
        CpuFloats source = CpuFloats.of(dz);
        CpuFloats target = CpuFloats.of(dVariance);
        forOutputNoise(mask, firstSample, samples, outputs, (at, noise, noiseAt, length) -> {
            for (int k = 0; k < length; k++) {
                float of = v.array[v.offset + at + k];
                float scaled = source.array[source.offset + at + k] * (noise[noiseAt + k] - 1);
                target.array[target.offset + at + k] = of > 0 ? scaled / (2 * (float) Math.sqrt(of)) : 0;
            }
        });
    }

    /** Works on a few outputs of one sample, from element {@code at}, with their multipliers of input 0. */
    private interface NoiseUser {
        void use(int at, float[] multipliers, int multipliersAt, int length);
    }

    private void forOutputNoise(LayerMask mask, int firstSample, int samples, int outputs, NoiseUser user) {
        Mask current = CpuStepState.current(mask);
        int blocks = (outputs - 1) / ConnectionTiles.OUTPUTS + 1;
        int tileRows = (samples - 1) / ConnectionTiles.SAMPLES + 1;
        long work = (long) ConnectionTiles.SAMPLES * ConnectionTiles.OUTPUTS * MaskTile.INPUTS * DRAW_WORK;
        Stretches.run(pool, tileRows * blocks, work, (index, first, end, worker) -> {
            for (int item = first; item < end; item++) {
                int sample = item / blocks * ConnectionTiles.SAMPLES;
                int output = item % blocks * ConnectionTiles.OUTPUTS;
                int rows = Math.min(samples - sample, ConnectionTiles.SAMPLES);
                TileScratch own = scratch[worker];
                connectionTiles.drawMultipliers(current, firstSample + sample, rows, 0, item % blocks, own);
                for (int b = 0; b < rows; b++) {
                    user.use(
                            (sample + b) * outputs + output,
                            own.multipliers,
                            b * ConnectionTiles.OUTPUTS,
                            Math.min(outputs - output, ConnectionTiles.OUTPUTS));
                }
            }
        });
    }

    private static void multiply(
            MaskTile tile,
            Mask mask,
            int sample,
            int group,
            int rows,
            int outputs,
            CpuFloats from,
            CpuFloats to,
            int start) {
        for (int output = 0; output < outputs; output += MaskTile.OUTPUTS) {
            int width = Math.min(outputs - output, MaskTile.OUTPUTS);
            tile.draw(mask, sample, group, rows, output / MaskTile.OUTPUTS, width);
            for (int i = 0; i < rows; i++) {
                int source = from.offset + start + i * outputs + output;
                int target = to.offset + start + i * outputs + output;
                for (int u = 0; u < width; u++) {
                    to.array[target + u] = from.array[source + u] * tile.values[i * MaskTile.OUTPUTS + u];
                }
            }
        }
    }

    private static void write(
            MaskTile tile, Mask mask, int sample, int group, int rows, int outputs, float[] to, int start) {
        for (int output = 0; output < outputs; output += MaskTile.OUTPUTS) {
            int width = Math.min(outputs - output, MaskTile.OUTPUTS);
            tile.draw(mask, sample, group, rows, output / MaskTile.OUTPUTS, width);
            for (int i = 0; i < rows; i++) {
                System.arraycopy(tile.values, i * MaskTile.OUTPUTS, to, start + i * outputs + output, width);
            }
        }
    }

    // A node's value is the same for all inputs: that of input 0.
    private static void writeNode(MaskTile tile, Mask mask, int sample, int rows, int outputs, float[] to, int start) {
        write(tile, mask, sample, 0, 1, outputs, to, start);
        for (int i = 1; i < rows; i++) {
            System.arraycopy(to, start, to, start + i * outputs, outputs);
        }
    }

    private static int groups(int inputs) {
        return (inputs - 1) / MaskTile.INPUTS + 1;
    }
}

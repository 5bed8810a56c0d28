package org.pernodedrop.kernels.cpu;

import java.util.Arrays;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Mask;

/**
 * Masks that are multiplied in element by element, and masks written out; drawn tile by tile, never stored. Results have
 * the same bits for any number of workers. Matrices lie in arrays unless said otherwise; arguments are trusted; one call at
 * a time.
 */
public final class ElementMasks {
    // Cost of drawing a value, in multiply-adds.
    private static final int DRAW_WORK = 8;

    private final WorkerPool pool;
    private final Tiles tiles;
    private final TileScratch[] scratch;
    private final MaskTile[] maskTiles;

    public ElementMasks(WorkerPool pool) {
        this.pool = pool;
        this.tiles = Tiles.choose();
        this.scratch = TileScratch.of(pool);
        this.maskTiles = new MaskTile[pool.threads()];
        for (int worker = 0; worker < maskTiles.length; worker++) {
            maskTiles[worker] = new MaskTile();
        }
    }

    /** {@code to[b, u] = from[b, u] m[firstSample + b, u]}, both {@code [samples, outputs]}; may be the same matrix. */
    public void node(Mask mask, int firstSample, int samples, int outputs, HostMatrix from, HostMatrix to) {
        Chunks.run(pool, samples, (long) outputs * DRAW_WORK, (index, first, end, worker) -> {
            for (int b = first; b < end; b++) {
                multiply(mask, firstSample + b, 0, b, 1, outputs, from, to, maskTiles[worker]);
            }
        });
    }

    /** {@code to[i, u] = from[i, u] m[0, i, u]}, both {@code [inputs, outputs]}; may be the same matrix. */
    public void weight(Mask mask, int inputs, int outputs, HostMatrix from, HostMatrix to) {
        int groups = groups(inputs);
        Chunks.run(pool, groups, (long) MaskTile.INPUTS * outputs * DRAW_WORK, (index, first, end, worker) -> {
            for (int group = first; group < end; group++) {
                int input = group * MaskTile.INPUTS;
                int rows = Math.min(inputs - input, MaskTile.INPUTS);
                multiply(mask, 0, group, input, rows, outputs, from, to, maskTiles[worker]);
            }
        });
    }

    /** Multiplies rows from {@code row} on, whose multipliers are those of a group of inputs. */
    private static void multiply(
            Mask mask,
            int sample,
            int group,
            int row,
            int rows,
            int outputs,
            HostMatrix from,
            HostMatrix to,
            MaskTile tile) {
        float[] source = from.array();
        float[] target = to.array();
        int first = from.arrayOffset() + row * from.leadingDimension();
        int toFirst = to.arrayOffset() + row * to.leadingDimension();
        for (int output = 0; output < outputs; output += MaskTile.OUTPUTS) {
            int width = Math.min(outputs - output, MaskTile.OUTPUTS);
            tile.draw(mask, sample, group, rows, output / MaskTile.OUTPUTS, width);
            for (int i = 0; i < rows; i++) {
                int at = first + i * from.leadingDimension() + output;
                int toAt = toFirst + i * to.leadingDimension() + output;
                multiply(tile.values, i * MaskTile.OUTPUTS, source, at, target, toAt, width);
            }
        }
    }

    private static void multiply(float[] a, int aAt, float[] b, int bAt, float[] to, int toAt, int length) {
        for (int k = 0; k < length; k++) {
            to[toAt + k] = a[aAt + k] * b[bAt + k];
        }
    }

    /**
     * The multipliers themselves: row {@code b I + i} of {@code to} receives {@code m[firstSample + b, i, :]}, the same for
     * all i if the mask is one of nodes.
     *
     * @param to {@code [B I, U]}, in an array or a buffer
     */
    public void export(Mask mask, int firstSample, ConnectionShape shape, HostMatrix to) {
        int groups = groups(shape.inputs());
        long work = (long) MaskTile.INPUTS * shape.outputs() * DRAW_WORK;
        Chunks.run(pool, shape.samples() * groups, work, (index, first, end, worker) -> {
            for (int item = first; item < end; item++) {
                int sample = item / groups;
                int input = item % groups * MaskTile.INPUTS;
                int row = sample * shape.inputs() + input;
                int rows = Math.min(shape.inputs() - input, MaskTile.INPUTS);
                write(mask, firstSample + sample, item % groups, row, rows, shape.outputs(), to, maskTiles[worker]);
            }
        });
    }

    private static void write(
            Mask mask, int sample, int group, int row, int rows, int outputs, HostMatrix to, MaskTile tile) {
        // A node's multiplier is that of input 0.
        boolean byNode = mask.spec().granularity() == Granularity.NODE;
        for (int output = 0; output < outputs; output += MaskTile.OUTPUTS) {
            int width = Math.min(outputs - output, MaskTile.OUTPUTS);
            tile.draw(mask, sample, byNode ? 0 : group, byNode ? 1 : rows, output / MaskTile.OUTPUTS, width);
            for (int i = 0; i < rows; i++) {
                to.put(row + i, output, width, tile.values, byNode ? 0 : i * MaskTile.OUTPUTS);
            }
        }
    }

    /** {@code z[b, u] += sqrt(variance[b, u]) (m[firstSample + b, 0, u] - 1)}, both {@code [samples, outputs]}. */
    public void reparameterize(
            Mask mask, int firstSample, int samples, int outputs, HostMatrix variance, HostMatrix z) {
        float[] v = variance.array();
        float[] sums = z.array();
        forOutputNoise(mask, firstSample, samples, outputs, (row, column, noise, noiseAt, length) -> {
            int at = variance.arrayOffset() + row * variance.leadingDimension() + column;
            int to = z.arrayOffset() + row * z.leadingDimension() + column;
            for (int k = 0; k < length; k++) {
                sums[to + k] += (float) Math.sqrt(v[at + k]) * (noise[noiseAt + k] - 1);
            }
        });
    }

    /**
     * {@code dVariance[b, u] = dz[b, u] (m[firstSample + b, 0, u] - 1) / (2 sqrt(variance[b, u]))}, or 0 where the variance
     * is 0; all {@code [samples, outputs]}.
     */
    public void reparameterizeBackward(
            Mask mask,
            int firstSample,
            int samples,
            int outputs,
            HostMatrix variance,
            HostMatrix dz,
            HostMatrix dVariance) {
        float[] v = variance.array();
        float[] gradient = dz.array();
        float[] target = dVariance.array();
        forOutputNoise(mask, firstSample, samples, outputs, (row, column, noise, noiseAt, length) -> {
            int at = variance.arrayOffset() + row * variance.leadingDimension() + column;
            int from = dz.arrayOffset() + row * dz.leadingDimension() + column;
            int to = dVariance.arrayOffset() + row * dVariance.leadingDimension() + column;
            for (int k = 0; k < length; k++) {
                float scaled = gradient[from + k] * (noise[noiseAt + k] - 1);
                target[to + k] = v[at + k] > 0 ? scaled / (2 * (float) Math.sqrt(v[at + k])) : 0;
            }
        });
    }

    /** Works on a few outputs of one sample with their multipliers of input 0. */
    private interface NoiseUser {
        void use(int row, int column, float[] multipliers, int multipliersAt, int length);
    }

    private void forOutputNoise(Mask mask, int firstSample, int samples, int outputs, NoiseUser user) {
        int blocks = (outputs - 1) / Tiles.OUTPUTS + 1;
        int tileRows = (samples - 1) / Tiles.SAMPLES + 1;
        long work = (long) Tiles.SAMPLES * Tiles.OUTPUTS * Tiles.QUAD * DRAW_WORK;
        Chunks.run(pool, tileRows * blocks, work, (index, first, end, worker) -> {
            for (int item = first; item < end; item++) {
                int sample = item / blocks * Tiles.SAMPLES;
                int output = item % blocks * Tiles.OUTPUTS;
                int rows = Math.min(samples - sample, Tiles.SAMPLES);
                int width = Math.min(outputs - output, Tiles.OUTPUTS);
                TileScratch own = scratch[worker];
                tiles.drawMultipliers(mask, firstSample + sample, rows, 0, item % blocks, own);
                for (int b = 0; b < rows; b++) {
                    user.use(sample + b, output, own.multipliers, b * Tiles.OUTPUTS, width);
                }
            }
        });
    }

    private static int groups(int inputs) {
        return (inputs - 1) / MaskTile.INPUTS + 1;
    }

    /**
     * Multipliers of one sample for a group of up to 4 inputs by a block of up to 32 outputs: as many as one Philox call (4
     * inputs) and one word of kept bits (32 outputs) serve. The values are those of {@link Mask#value}, bit for bit.
     */
    private static final class MaskTile {
        /** Inputs of a group. */
        static final int INPUTS = Tiles.QUAD;

        /** Outputs of a block, and the distance between rows of {@link #values}. */
        static final int OUTPUTS = Tiles.OUTPUTS;

        /** {@code m[i, u]} at {@code 32 i + u}, from the first input of the group and the first output of the block. */
        final float[] values = new float[INPUTS * OUTPUTS];

        private final int[] kept = new int[INPUTS];
        private final int[] words = new int[INPUTS];
        private final float[] normals = new float[INPUTS];

        /**
         * Draws the tile.
         *
         * @param sample index in the global batch; ignored for fixed masks
         * @param group number of the group of inputs
         * @param inputs rows wanted, in [1, 4]
         * @param block number of the block of outputs
         * @param outputs columns wanted, in [1, 32]
         */
        void draw(Mask mask, int sample, int group, int inputs, int block, int outputs) {
            int input = group * INPUTS;
            if (mask.spec().isIdentity()) {
                Arrays.fill(values, 1f);
                return;
            }
            switch (mask.spec().noise()) {
                case BERNOULLI -> {
                    mask.keptBits(sample, input, block, words, kept);
                    scaleKept(inputs, mask.spec().rate().scale());
                }
                case GAUSSIAN -> {
                    Arrays.fill(kept, 0);
                    addNoiseToDropped(mask, sample, input, inputs, block, outputs);
                }
                case PARTIAL_GAUSSIAN -> {
                    mask.keptBits(sample, input, block, words, kept);
                    addNoiseToDropped(mask, sample, input, inputs, block, outputs);
                }
            }
        }

        private void scaleKept(int inputs, float scale) {
            for (int i = 0; i < inputs; i++) {
                int bits = kept[i];
                for (int u = 0; u < OUTPUTS; u++) {
                    values[i * OUTPUTS + u] = (bits >>> u & 1) * scale;
                }
            }
        }

        private void addNoiseToDropped(Mask mask, int sample, int input, int inputs, int block, int outputs) {
            for (int u = 0; u < outputs; u++) {
                mask.normals(sample, input, block * OUTPUTS + u, words, normals);
                for (int i = 0; i < inputs; i++) {
                    values[i * OUTPUTS + u] = (kept[i] >>> u & 1) != 0 ? 1f : mask.perturbed(normals[i]);
                }
            }
        }
    }
}

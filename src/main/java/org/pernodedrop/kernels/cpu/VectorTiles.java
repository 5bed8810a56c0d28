package org.pernodedrop.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.kernels.cpu.VectorLanes.COUNT;
import static org.pernodedrop.kernels.cpu.VectorLanes.FLOATS;
import static org.pernodedrop.kernels.cpu.VectorLanes.keep;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/**
 * The implementation in the Vector API. Methods that do the arithmetic are large or called through an interface, so that
 * each is compiled by itself: beyond its inlining limits the compiler would box every vector.
 */
final class VectorTiles implements Tiles {
    /** For what is narrower than a block. */
    private static final Tiles SCALAR = new ScalarTiles();

    @Override
    public String describe() {
        return "Vector API, " + VectorLanes.describe();
    }

    @Override
    public void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch) {
        VectorKeptBits.lanesAreSamples(mask, first, scratch);
        int at = 0;
        for (int tile = 0; tile < blocks; tile++) {
            for (int q = 0; q < quads; q++) {
                VectorKeptBits.draw(mask, quad + q, block + tile, scratch, scratch.kept, at);
                at += PackedTiles.CELL;
            }
        }
    }

    @Override
    public void drawSample(Mask mask, int sample, int quad, int quads, int block, int blocks, TileScratch scratch) {
        VectorKeptBits.lanesAreQuads(mask, sample, scratch);
        for (int k = 0; k < blocks; k++) {
            VectorKeptBits.draw(mask, quad, block + k, scratch, scratch.kept, k * PackedTiles.CELL);
        }
    }

    @Override
    public void drawMultipliers(Mask mask, int first, int samples, int quad, int block, TileScratch scratch) {
        scratch.sigma = mask.spec().rate().sigma();
        float[] multipliers = scratch.multipliers;
        int[] words = scratch.normalWords;
        for (int l = 0; l < SAMPLES; l++) {
            scratch.lanes[VectorPhilox.position(l)] = l;
        }
        for (int b = 0; b < samples; b++) {
            Arrays.fill(scratch.counterZ, first + b);
            for (int half = 0; half < OUTPUTS; half += SAMPLES) {
                VectorPhilox.generate(
                        scratch.lanes,
                        block * OUTPUTS + half | Mask.GAUSSIAN_DOMAIN,
                        quad,
                        scratch.counterZ,
                        mask.step(),
                        mask.key().k0(),
                        mask.key().k1(),
                        scratch.words);
                VectorPhilox.merge(scratch.words, words, half, OUTPUTS);
            }
            for (int j = 0; j < QUAD; j += 2) {
                int at = (j * SAMPLES + b) * OUTPUTS;
                VectorBoxMuller.multipliers(scratch, j * OUTPUTS, at);
            }
        }
        if (mask.spec().noise() == Noise.PARTIAL_GAUSSIAN) {
            drawKept(mask, first, quad, 1, block, 1, scratch);
            for (int row = 0; row < QUAD * SAMPLES; row++) {
                onesWhereKept(multipliers, row * OUTPUTS, scratch.kept[row]);
            }
        }
    }

    private static void onesWhereKept(float[] multipliers, int at, int bits) {
        for (int u = 0; u < OUTPUTS; u += COUNT) {
            FloatVector noisy = keep(fromArray(FLOATS, multipliers, at + u), ~bits >>> u);
            noisy.add(keep(broadcast(FLOATS, 1f), bits >>> u)).intoArray(multipliers, at + u);
        }
    }

    @Override
    public void forwardKept(TileScratch scratch, int sumsAt, int inputs) {
        for (int b = 0; b < SAMPLES; b += VectorKept.ROWS) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                VectorKept.forward(scratch, sumsAt + b * OUTPUTS + u, b, u, inputs);
            }
        }
    }

    @Override
    public void forwardMultipliers(TileScratch scratch, int sumsAt, int from, int inputs) {
        float[] sums = scratch.forwardSums;
        float[] x = scratch.forwardX;
        float[] w = scratch.forwardW;
        float[] multipliers = scratch.multipliers;
        for (int b = 0; b < SAMPLES; b++) {
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                int at = sumsAt + b * OUTPUTS + u;
                FloatVector sum = fromArray(FLOATS, sums, at);
                for (int j = 0; j < inputs; j++) {
                    FloatVector m = fromArray(FLOATS, multipliers, (j * SAMPLES + b) * OUTPUTS + u);
                    FloatVector wm =
                            fromArray(FLOATS, w, (from + j) * OUTPUTS + u).mul(m);
                    sum = broadcast(FLOATS, x[b * INPUTS + from + j]).fma(wm, sum);
                }
                sum.intoArray(sums, at);
            }
        }
    }

    @Override
    public void setKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt) {
        if (columns < OUTPUTS) {
            SCALAR.setKept(from, to, rows, columns, kept, keptAt);
            return;
        }
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + Tiles.wordOf(i)];
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                keep(fromArray(FLOATS, sources, source + u), bits >>> u).intoArray(targets, target + u);
            }
        }
    }

    @Override
    public void addKept(Rows from, Rows to, int rows, int columns, int[] kept, int keptAt) {
        if (columns < OUTPUTS) {
            SCALAR.addKept(from, to, rows, columns, kept, keptAt);
            return;
        }
        float[] sources = from.values();
        float[] targets = to.values();
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + Tiles.wordOf(i)];
            int source = from.at(i);
            int target = to.at(i);
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                fromArray(FLOATS, targets, target + u)
                        .add(keep(fromArray(FLOATS, sources, source + u), bits >>> u))
                        .intoArray(targets, target + u);
            }
        }
    }

    @Override
    public void sumPartials(float[] partials, int rows) {
        for (int at = 0; at < rows * PARTIALS; at += PARTIALS) {
            FloatVector sum = fromArray(FLOATS, partials, at);
            if (COUNT == PARTIALS / 2) {
                sum = sum.add(fromArray(FLOATS, partials, at + COUNT));
            } else if (COUNT == PARTIALS / 4) {
                FloatVector third = fromArray(FLOATS, partials, at + 2 * COUNT);
                FloatVector fourth = fromArray(FLOATS, partials, at + 3 * COUNT);
                sum = sum.add(third).add(fromArray(FLOATS, partials, at + COUNT).add(fourth));
            } else {
                sum = sum.add(sum.rearrange(VectorLanes.rotation(8)));
            }
            if (COUNT >= 8) {
                sum = sum.add(sum.rearrange(VectorLanes.rotation(4)));
            }
            sum = sum.add(sum.rearrange(VectorLanes.rotation(2)));
            sum.add(sum.rearrange(VectorLanes.rotation(1))).intoArray(partials, at);
        }
    }

    @Override
    public void backwardKept(
            TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width, int[] kept, int keptAt) {
        if (VectorLanes.REGISTERS) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                VectorKept.backwardQuad(scratch, dz, dzAt + u, samples, wAt + u, width, kept, keptAt, u);
            }
            return;
        }
        for (int j = 0; j < QUAD; j += 2) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                int row = wAt + j * width + u;
                VectorKept.backwardPair(scratch, dz, dzAt + u, samples, row, width, kept, keptAt + j * SAMPLES, j, u);
            }
        }
    }

    @Override
    public void backwardMultipliers(TileScratch scratch, float[] dz, int dzAt, int samples, int wAt, int width) {
        float[] x = scratch.backwardX;
        float[] w = scratch.backwardW;
        float[] dw = scratch.backwardDw;
        float[] partials = scratch.partials;
        float[] multipliers = scratch.multipliers;
        for (int j = 0; j < QUAD; j++) {
            int row = wAt + j * width;
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                int partial = u & PARTIALS - 1;
                FloatVector wj = fromArray(FLOATS, w, row + u);
                FloatVector gradient = fromArray(FLOATS, dw, row + u);
                for (int b = 0; b < samples; b++) {
                    FloatVector m = fromArray(FLOATS, multipliers, (j * SAMPLES + b) * OUTPUTS + u);
                    FloatVector d = fromArray(FLOATS, dz, dzAt + b * width + u).mul(m);
                    gradient = broadcast(FLOATS, x[b * QUAD + j]).fma(d, gradient);
                    int at = (b * QUAD + j) * PARTIALS + partial;
                    wj.fma(d, fromArray(FLOATS, partials, at)).intoArray(partials, at);
                }
                gradient.intoArray(dw, row + u);
            }
        }
    }
}

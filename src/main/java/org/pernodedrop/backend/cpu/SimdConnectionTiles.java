package org.pernodedrop.backend.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.backend.cpu.SimdLanes.COUNT;
import static org.pernodedrop.backend.cpu.SimdLanes.FLOATS;
import static org.pernodedrop.backend.cpu.SimdLanes.keep;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/**
 * The twin in the Vector API. Methods that do the arithmetic take arrays only and are large or called through an interface,
 * so that each is compiled by itself: beyond its inlining limits the compiler would box every vector.
 */
final class SimdConnectionTiles implements ConnectionTiles {
    /** For what is narrower than a block. */
    private static final ConnectionTiles PLAIN = new PlainConnectionTiles();

    @Override
    public String describe() {
        return "Vector API, " + SimdLanes.describe();
    }

    @Override
    public void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch) {
        SimdKeptBits.lanesAreSamples(mask, first, scratch);
        int at = 0;
        for (int tile = 0; tile < blocks; tile++) {
            for (int q = 0; q < quads; q++) {
                SimdKeptBits.draw(mask, quad + q, block + tile, scratch, scratch.kept, at);
                at += PackedTiles.CELL;
            }
        }
    }

    @Override
    public void drawSample(Mask mask, int sample, int quad, int quads, int block, int blocks, TileScratch scratch) {
        SimdKeptBits.lanesAreQuads(mask, sample, scratch);
        for (int k = 0; k < blocks; k++) {
            SimdKeptBits.draw(mask, quad, block + k, scratch, scratch.kept, k * PackedTiles.CELL);
        }
    }

    @Override
    public void drawMultipliers(Mask mask, int first, int samples, int quad, int block, TileScratch scratch) {
        scratch.sigma = mask.spec().rate().sigma();
        float[] multipliers = scratch.multipliers;
        int[] words = scratch.normalWords;
        for (int l = 0; l < SAMPLES; l++) {
            scratch.lanes[SimdPhilox.position(l)] = l;
        }
        for (int b = 0; b < samples; b++) {
            Arrays.fill(scratch.counterZ, first + b);
            for (int half = 0; half < OUTPUTS; half += SAMPLES) {
                SimdPhilox.generate(
                        scratch.lanes,
                        block * OUTPUTS + half | Mask.GAUSSIAN_DOMAIN,
                        quad,
                        scratch.counterZ,
                        mask.step(),
                        mask.key().k0(),
                        mask.key().k1(),
                        scratch.words);
                SimdPhilox.merge(scratch.words, words, half, OUTPUTS);
            }
            for (int j = 0; j < QUAD; j += 2) {
                int at = (j * SAMPLES + b) * OUTPUTS;
                SimdBoxMuller.multipliers(scratch, j * OUTPUTS, at);
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
            FloatVector disturbed = keep(fromArray(FLOATS, multipliers, at + u), ~bits >>> u);
            disturbed.add(keep(broadcast(FLOATS, 1f), bits >>> u)).intoArray(multipliers, at + u);
        }
    }

    @Override
    public void forwardKept(float[] sums, int sumsAt, float[] x, float[] w, int inputs, int[] kept) {
        for (int b = 0; b < SAMPLES; b += SimdForwardKept.ROWS) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                SimdForwardKept.run(sums, sumsAt + b * OUTPUTS + u, x, b * INPUTS, w, u, inputs, kept, b);
            }
        }
    }

    @Override
    public void forwardMultipliers(
            float[] sums, int sumsAt, float[] x, float[] w, int from, int inputs, float[] multipliers) {
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
    public void setKept(
            float[] from,
            int at,
            int stride,
            int rows,
            int columns,
            int[] kept,
            int keptAt,
            float[] to,
            int toAt,
            int toStride) {
        if (columns < OUTPUTS) {
            PLAIN.setKept(from, at, stride, rows, columns, kept, keptAt, to, toAt, toStride);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + ConnectionTiles.wordOf(i)];
            int source = at + i * stride;
            int target = toAt + i * toStride;
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                keep(fromArray(FLOATS, from, source + u), bits >>> u).intoArray(to, target + u);
            }
        }
    }

    @Override
    public void addKept(
            float[] from,
            int at,
            int stride,
            int rows,
            int columns,
            int[] kept,
            int keptAt,
            float[] to,
            int toAt,
            int toStride) {
        if (columns < OUTPUTS) {
            PLAIN.addKept(from, at, stride, rows, columns, kept, keptAt, to, toAt, toStride);
            return;
        }
        for (int i = 0; i < rows; i++) {
            int bits = kept[keptAt + ConnectionTiles.wordOf(i)];
            int source = at + i * stride;
            int target = toAt + i * toStride;
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                fromArray(FLOATS, to, target + u)
                        .add(keep(fromArray(FLOATS, from, source + u), bits >>> u))
                        .intoArray(to, target + u);
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
                sum = sum.add(sum.rearrange(SimdLanes.rotation(8)));
            }
            if (COUNT >= 8) {
                sum = sum.add(sum.rearrange(SimdLanes.rotation(4)));
            }
            sum = sum.add(sum.rearrange(SimdLanes.rotation(2)));
            sum.add(sum.rearrange(SimdLanes.rotation(1))).intoArray(partials, at);
        }
    }

    @Override
    public void backwardKept(
            float[] dz,
            int dzAt,
            int stride,
            int samples,
            float[] x,
            float[] w,
            float[] dw,
            int wAt,
            int width,
            float[] dx,
            int[] kept,
            int keptAt) {
        if (SimdLanes.REGISTERS) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                SimdBackwardKept.runQuad(dz, dzAt + u, stride, samples, x, w, dw, wAt + u, width, dx, kept, keptAt, u);
            }
            return;
        }
        for (int j = 0; j < QUAD; j += 2) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                int row = wAt + j * width + u;
                int word = keptAt + j * SAMPLES;
                SimdBackwardKept.runPair(
                        dz, dzAt + u, stride, samples, x, w, dw, row, row + width, dx, kept, word, j, u);
            }
        }
    }

    @Override
    public void backwardMultipliers(
            float[] dz,
            int dzAt,
            int stride,
            int samples,
            float[] x,
            float[] w,
            float[] dw,
            int wAt,
            int width,
            float[] dx,
            float[] multipliers) {
        for (int j = 0; j < QUAD; j++) {
            int row = wAt + j * width;
            for (int u = 0; u < OUTPUTS; u += COUNT) {
                int partial = u & PARTIALS - 1;
                FloatVector wj = fromArray(FLOATS, w, row + u);
                FloatVector gradient = fromArray(FLOATS, dw, row + u);
                for (int b = 0; b < samples; b++) {
                    FloatVector m = fromArray(FLOATS, multipliers, (j * SAMPLES + b) * OUTPUTS + u);
                    FloatVector d = fromArray(FLOATS, dz, dzAt + b * stride + u).mul(m);
                    gradient = broadcast(FLOATS, x[b * QUAD + j]).fma(d, gradient);
                    int at = (b * QUAD + j) * PARTIALS + partial;
                    wj.fma(d, fromArray(FLOATS, dx, at)).intoArray(dx, at);
                }
                gradient.intoArray(dw, row + u);
            }
        }
    }
}

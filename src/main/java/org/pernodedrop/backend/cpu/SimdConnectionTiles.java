package org.pernodedrop.backend.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.backend.cpu.SimdLanes.COUNT;
import static org.pernodedrop.backend.cpu.SimdLanes.FLOATS;
import static org.pernodedrop.backend.cpu.SimdLanes.keep;
import static org.pernodedrop.backend.cpu.SimdLanes.pairStart;

import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Noise;

/**
 * The twin in the Vector API.
 *
 * <p>Forward keeps the sums of 4 samples by 2 vectors of outputs in registers while it walks over the inputs; backward
 * keeps the weights and weight gradients of 2 inputs by 2 vectors while it walks over the samples, and uses every masked
 * gradient twice. Innermost methods take arrays only, so that each is compiled well by itself.
 */
final class SimdConnectionTiles implements ConnectionTiles {
    private static final int ROWS = 4;

    @Override
    public String describe() {
        return "Vector API, " + SimdLanes.describe();
    }

    @Override
    public void drawKept(Mask mask, int first, int quad, int quads, int block, int blocks, TileScratch scratch) {
        DropRate rate = mask.spec().rate();
        setSamples(scratch, first);
        // Digits below the last 1 of q' leave nothing kept, whatever their words.
        int lastPlane = rate.planes() - 1 - Integer.numberOfTrailingZeros(rate.threshold());
        int at = 0;
        for (int tile = 0; tile < blocks; tile++) {
            for (int q = 0; q < quads; q++) {
                generate(mask, block + tile, lastPlane, quad + q, scratch, scratch.kept64);
                for (int k = lastPlane - 1; k >= 0; k--) {
                    generate(mask, block + tile, k, quad + q, scratch, scratch.words);
                    addPlane(scratch.kept64, scratch.words, rate.digit(k));
                }
                SimdPhilox.merge(scratch.kept64, scratch.kept, at, SAMPLES);
                at += QUAD * SAMPLES;
            }
        }
    }

    private static void generate(Mask mask, int block, int plane, int quad, TileScratch scratch, long[] to) {
        int x = block | plane << Mask.PLANE_SHIFT;
        SimdPhilox.generate(
                scratch.none,
                x,
                quad,
                scratch.counterZ,
                mask.step(),
                mask.key().k0(),
                mask.key().k1(),
                to);
    }

    private static void addPlane(long[] kept, long[] plane, boolean one) {
        if (one) {
            for (int l = 0; l < QUAD * SAMPLES; l++) {
                kept[l] |= plane[l];
            }
        } else {
            for (int l = 0; l < QUAD * SAMPLES; l++) {
                kept[l] &= plane[l];
            }
        }
    }

    private static void setSamples(TileScratch scratch, int first) {
        for (int b = 0; b < SAMPLES; b++) {
            scratch.counterZ[SimdPhilox.position(b)] = first + b;
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
        for (int b = 0; b < SAMPLES; b += ROWS) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                forwardKeptPair(sums, sumsAt + b * OUTPUTS + u, x, b * INPUTS, w, u, inputs, kept, b);
            }
        }
    }

    private static void forwardKeptPair(
            float[] sums, int at, float[] x, int xAt, float[] w, int start, int inputs, int[] kept, int b) {
        int u = pairStart(start);
        int at1 = at + OUTPUTS;
        int at2 = at + 2 * OUTPUTS;
        int at3 = at + 3 * OUTPUTS;
        FloatVector s00 = fromArray(FLOATS, sums, at);
        FloatVector s01 = fromArray(FLOATS, sums, at + COUNT);
        FloatVector s10 = fromArray(FLOATS, sums, at1);
        FloatVector s11 = fromArray(FLOATS, sums, at1 + COUNT);
        FloatVector s20 = fromArray(FLOATS, sums, at2);
        FloatVector s21 = fromArray(FLOATS, sums, at2 + COUNT);
        FloatVector s30 = fromArray(FLOATS, sums, at3);
        FloatVector s31 = fromArray(FLOATS, sums, at3 + COUNT);
        int wAt = u;
        int word = b;
        for (int j = 0; j < inputs; j++) {
            FloatVector w0 = fromArray(FLOATS, w, wAt);
            FloatVector w1 = fromArray(FLOATS, w, wAt + COUNT);
            int bits = kept[word] >>> u;
            FloatVector xb = broadcast(FLOATS, x[xAt]);
            s00 = xb.fma(keep(w0, bits), s00);
            s01 = xb.fma(keep(w1, bits >>> COUNT), s01);
            bits = kept[word + 1] >>> u;
            xb = broadcast(FLOATS, x[xAt + INPUTS]);
            s10 = xb.fma(keep(w0, bits), s10);
            s11 = xb.fma(keep(w1, bits >>> COUNT), s11);
            bits = kept[word + 2] >>> u;
            xb = broadcast(FLOATS, x[xAt + 2 * INPUTS]);
            s20 = xb.fma(keep(w0, bits), s20);
            s21 = xb.fma(keep(w1, bits >>> COUNT), s21);
            bits = kept[word + 3] >>> u;
            xb = broadcast(FLOATS, x[xAt + 3 * INPUTS]);
            s30 = xb.fma(keep(w0, bits), s30);
            s31 = xb.fma(keep(w1, bits >>> COUNT), s31);
            wAt += OUTPUTS;
            word += SAMPLES;
            xAt++;
        }
        s00.intoArray(sums, at);
        s01.intoArray(sums, at + COUNT);
        s10.intoArray(sums, at1);
        s11.intoArray(sums, at1 + COUNT);
        s20.intoArray(sums, at2);
        s21.intoArray(sums, at2 + COUNT);
        s30.intoArray(sums, at3);
        s31.intoArray(sums, at3 + COUNT);
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
                SimdBackwardQuad.run(dz, dzAt + u, stride, samples, x, w, dw, wAt + u, width, dx, kept, keptAt, u);
            }
            return;
        }
        for (int j = 0; j < QUAD; j += 2) {
            for (int u = 0; u < OUTPUTS; u += 2 * COUNT) {
                int row = wAt + j * width + u;
                int word = keptAt + j * SAMPLES;
                backwardKeptPair(dz, dzAt + u, stride, samples, x, w, dw, row, row + width, dx, kept, word, j, u);
            }
        }
    }

    private static void backwardKeptPair(
            float[] dz,
            int dzAt,
            int stride,
            int samples,
            float[] x,
            float[] w,
            float[] dw,
            int wAt0,
            int wAt1,
            float[] dx,
            int[] kept,
            int word,
            int j,
            int start) {
        int u = pairStart(start);
        FloatVector w00 = fromArray(FLOATS, w, wAt0);
        FloatVector w01 = fromArray(FLOATS, w, wAt0 + COUNT);
        FloatVector w10 = fromArray(FLOATS, w, wAt1);
        FloatVector w11 = fromArray(FLOATS, w, wAt1 + COUNT);
        FloatVector g00 = fromArray(FLOATS, dw, wAt0);
        FloatVector g01 = fromArray(FLOATS, dw, wAt0 + COUNT);
        FloatVector g10 = fromArray(FLOATS, dw, wAt1);
        FloatVector g11 = fromArray(FLOATS, dw, wAt1 + COUNT);
        int p0 = u & PARTIALS - 1;
        int p1 = u + COUNT & PARTIALS - 1;
        int row = j;
        for (int b = 0; b < samples; b++) {
            FloatVector z0 = fromArray(FLOATS, dz, dzAt);
            FloatVector z1 = fromArray(FLOATS, dz, dzAt + COUNT);
            int bits = kept[word] >>> u;
            FloatVector d0 = keep(z0, bits);
            FloatVector d1 = keep(z1, bits >>> COUNT);
            FloatVector xb = broadcast(FLOATS, x[row]);
            g00 = xb.fma(d0, g00);
            g01 = xb.fma(d1, g01);
            addPartials(dx, row * PARTIALS, p0, p1, w00, d0, w01, d1);
            bits = kept[word + SAMPLES] >>> u;
            d0 = keep(z0, bits);
            d1 = keep(z1, bits >>> COUNT);
            xb = broadcast(FLOATS, x[row + 1]);
            g10 = xb.fma(d0, g10);
            g11 = xb.fma(d1, g11);
            addPartials(dx, (row + 1) * PARTIALS, p0, p1, w10, d0, w11, d1);
            dzAt += stride;
            word++;
            row += QUAD;
        }
        g00.intoArray(dw, wAt0);
        g01.intoArray(dw, wAt0 + COUNT);
        g10.intoArray(dw, wAt1);
        g11.intoArray(dw, wAt1 + COUNT);
    }

    static void addPartials(
            float[] dx, int at, int p0, int p1, FloatVector w0, FloatVector d0, FloatVector w1, FloatVector d1) {
        if (COUNT == PARTIALS) {
            w1.fma(d1, w0.fma(d0, fromArray(FLOATS, dx, at))).intoArray(dx, at);
        } else {
            w0.fma(d0, fromArray(FLOATS, dx, at + p0)).intoArray(dx, at + p0);
            w1.fma(d1, fromArray(FLOATS, dx, at + p1)).intoArray(dx, at + p1);
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

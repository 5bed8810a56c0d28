package org.pernodedrop.kernels.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.kernels.cpu.Tiles.INPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.PARTIALS;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;
import static org.pernodedrop.kernels.cpu.VectorLanes.COUNT;
import static org.pernodedrop.kernels.cpu.VectorLanes.FLOATS;
import static org.pernodedrop.kernels.cpu.VectorLanes.keep;
import static org.pernodedrop.kernels.cpu.VectorLanes.pairStart;

import jdk.incubator.vector.FloatVector;

/**
 * {@link Tiles#forwardKept} and {@link Tiles#backwardKept}, blocked for registers.
 *
 * <p>Forward, the sums of 4 samples by 2 vectors of outputs stay in registers over all inputs, and every vector of weights
 * is used four times. Backward, weights and their gradients stay in registers over all samples, and every masked dz is used
 * twice. With mask registers there is room for 4 inputs by 2 vectors of outputs, and each row of dz is loaded once for four
 * inputs; without them for 2 inputs by 2 vectors, which is also the limit of JDK 17's inlining.
 */
final class VectorKept {
    /** Samples that {@link #forward} serves together. */
    static final int ROWS = 4;

    private VectorKept() {}

    /** Sums of samples b .. b + 3, from {@code at} on, for the outputs of two vectors, from {@code start}. */
    static void forward(TileScratch scratch, int at, int b, int start, int inputs) {
        int u = pairStart(start);
        float[] sums = scratch.forwardSums;
        float[] x = scratch.forwardX;
        float[] w = scratch.forwardW;
        int[] kept = scratch.kept;
        int xAt = b * INPUTS;
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

    /** Four inputs for the outputs of two vectors, from {@code start}; arguments as {@link Tiles#backwardKept} has them. */
    static void backwardQuad(
            TileScratch scratch,
            float[] dz,
            int dzAt,
            int samples,
            int wAt,
            int width,
            int[] kept,
            int word,
            int start) {
        int u = pairStart(start);
        float[] x = scratch.backwardX;
        float[] w = scratch.backwardW;
        float[] dw = scratch.backwardDw;
        float[] dx = scratch.partials;
        int wAt1 = wAt + width;
        int wAt2 = wAt + 2 * width;
        int wAt3 = wAt + 3 * width;
        FloatVector w00 = fromArray(FLOATS, w, wAt);
        FloatVector w01 = fromArray(FLOATS, w, wAt + COUNT);
        FloatVector w10 = fromArray(FLOATS, w, wAt1);
        FloatVector w11 = fromArray(FLOATS, w, wAt1 + COUNT);
        FloatVector w20 = fromArray(FLOATS, w, wAt2);
        FloatVector w21 = fromArray(FLOATS, w, wAt2 + COUNT);
        FloatVector w30 = fromArray(FLOATS, w, wAt3);
        FloatVector w31 = fromArray(FLOATS, w, wAt3 + COUNT);
        FloatVector g00 = fromArray(FLOATS, dw, wAt);
        FloatVector g01 = fromArray(FLOATS, dw, wAt + COUNT);
        FloatVector g10 = fromArray(FLOATS, dw, wAt1);
        FloatVector g11 = fromArray(FLOATS, dw, wAt1 + COUNT);
        FloatVector g20 = fromArray(FLOATS, dw, wAt2);
        FloatVector g21 = fromArray(FLOATS, dw, wAt2 + COUNT);
        FloatVector g30 = fromArray(FLOATS, dw, wAt3);
        FloatVector g31 = fromArray(FLOATS, dw, wAt3 + COUNT);
        int p0 = u & PARTIALS - 1;
        int p1 = u + COUNT & PARTIALS - 1;
        int row = 0;
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
            addPartials(dx, row * PARTIALS + PARTIALS, p0, p1, w10, d0, w11, d1);
            bits = kept[word + 2 * SAMPLES] >>> u;
            d0 = keep(z0, bits);
            d1 = keep(z1, bits >>> COUNT);
            xb = broadcast(FLOATS, x[row + 2]);
            g20 = xb.fma(d0, g20);
            g21 = xb.fma(d1, g21);
            addPartials(dx, row * PARTIALS + 2 * PARTIALS, p0, p1, w20, d0, w21, d1);
            bits = kept[word + 3 * SAMPLES] >>> u;
            d0 = keep(z0, bits);
            d1 = keep(z1, bits >>> COUNT);
            xb = broadcast(FLOATS, x[row + 3]);
            g30 = xb.fma(d0, g30);
            g31 = xb.fma(d1, g31);
            addPartials(dx, row * PARTIALS + 3 * PARTIALS, p0, p1, w30, d0, w31, d1);
            dzAt += width;
            word++;
            row += QUAD;
        }
        g00.intoArray(dw, wAt);
        g01.intoArray(dw, wAt + COUNT);
        g10.intoArray(dw, wAt1);
        g11.intoArray(dw, wAt1 + COUNT);
        g20.intoArray(dw, wAt2);
        g21.intoArray(dw, wAt2 + COUNT);
        g30.intoArray(dw, wAt3);
        g31.intoArray(dw, wAt3 + COUNT);
    }

    /** Inputs j and j + 1 of the quad: {@code wAt} and {@code word} are those of input j. */
    static void backwardPair(
            TileScratch scratch,
            float[] dz,
            int dzAt,
            int samples,
            int wAt,
            int width,
            int[] kept,
            int word,
            int j,
            int start) {
        int u = pairStart(start);
        float[] x = scratch.backwardX;
        float[] w = scratch.backwardW;
        float[] dw = scratch.backwardDw;
        float[] dx = scratch.partials;
        int wAt1 = wAt + width;
        FloatVector w00 = fromArray(FLOATS, w, wAt);
        FloatVector w01 = fromArray(FLOATS, w, wAt + COUNT);
        FloatVector w10 = fromArray(FLOATS, w, wAt1);
        FloatVector w11 = fromArray(FLOATS, w, wAt1 + COUNT);
        FloatVector g00 = fromArray(FLOATS, dw, wAt);
        FloatVector g01 = fromArray(FLOATS, dw, wAt + COUNT);
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
            dzAt += width;
            word++;
            row += QUAD;
        }
        g00.intoArray(dw, wAt);
        g01.intoArray(dw, wAt + COUNT);
        g10.intoArray(dw, wAt1);
        g11.intoArray(dw, wAt1 + COUNT);
    }

    /** Adds to the partial sums of one input gradient; with 16 lanes both vectors add to the same 16. */
    private static void addPartials(
            float[] dx, int at, int p0, int p1, FloatVector w0, FloatVector d0, FloatVector w1, FloatVector d1) {
        if (COUNT == PARTIALS) {
            w1.fma(d1, w0.fma(d0, fromArray(FLOATS, dx, at))).intoArray(dx, at);
        } else {
            w0.fma(d0, fromArray(FLOATS, dx, at + p0)).intoArray(dx, at + p0);
            w1.fma(d1, fromArray(FLOATS, dx, at + p1)).intoArray(dx, at + p1);
        }
    }
}

package org.pernodedrop.backend.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.backend.cpu.ConnectionTiles.PARTIALS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.QUAD;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;
import static org.pernodedrop.backend.cpu.SimdLanes.COUNT;
import static org.pernodedrop.backend.cpu.SimdLanes.FLOATS;
import static org.pernodedrop.backend.cpu.SimdLanes.keep;
import static org.pernodedrop.backend.cpu.SimdLanes.pairStart;

import jdk.incubator.vector.FloatVector;

/**
 * {@link ConnectionTiles#backwardKept}: weights and their gradients stay in registers while the samples pass by, and every
 * masked dz is used twice. Where masks are registers there is room for 4 inputs by 2 vectors of outputs, and each row of
 * dz is loaded once for four inputs; elsewhere for 2 inputs by 2 vectors, which is also what the inlining limits of
 * JDK 17 allow.
 */
final class SimdBackwardKept {
    private SimdBackwardKept() {}

    /** Four inputs: rows of w and dw that are {@code width} apart. */
    static void runQuad(
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
            int word,
            int start) {
        int u = pairStart(start);
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
            dzAt += stride;
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

    /** Inputs j and j + 1 of the quad: rows of w and dw from {@code wAt0} and {@code wAt1}. */
    static void runPair(
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

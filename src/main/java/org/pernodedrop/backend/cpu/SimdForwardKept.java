package org.pernodedrop.backend.cpu;

import static jdk.incubator.vector.FloatVector.broadcast;
import static jdk.incubator.vector.FloatVector.fromArray;
import static org.pernodedrop.backend.cpu.ConnectionTiles.INPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.OUTPUTS;
import static org.pernodedrop.backend.cpu.ConnectionTiles.SAMPLES;
import static org.pernodedrop.backend.cpu.SimdLanes.COUNT;
import static org.pernodedrop.backend.cpu.SimdLanes.FLOATS;
import static org.pernodedrop.backend.cpu.SimdLanes.keep;
import static org.pernodedrop.backend.cpu.SimdLanes.pairStart;

import jdk.incubator.vector.FloatVector;

/**
 * {@link ConnectionTiles#forwardKept}: the sums of 4 samples by 2 vectors of outputs stay in registers while the inputs
 * pass by, and every vector of weights is used four times.
 */
final class SimdForwardKept {
    /** Samples that are served together. */
    static final int ROWS = 4;

    private SimdForwardKept() {}

    /** Sums of samples b .. b + 3 for the outputs of two vectors, from {@code start}. */
    static void run(float[] sums, int at, float[] x, int xAt, float[] w, int start, int inputs, int[] kept, int b) {
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
}

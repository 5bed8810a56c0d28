package org.pernodedrop.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;
import static org.pernodedrop.kernels.cpu.Tiles.OUTPUTS;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;
import static org.pernodedrop.kernels.cpu.VectorLanes.COUNT;
import static org.pernodedrop.kernels.cpu.VectorLanes.FLOATS;
import static org.pernodedrop.kernels.cpu.VectorLanes.INTS;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import org.pernodedrop.mask.BoxMuller;

/**
 * {@link BoxMuller} on vectors, for 32 pairs of words at a time: the same operations in the same order, so the same bits.
 *
 * <p>The stages pass their results through small arrays. Inlined together they would exceed the compiler's limits, and it
 * would box every vector; called through an interface with many implementations, each stage is compiled by itself.
 */
final class VectorBoxMuller {
    private static final float HALF_PI = (float) (Math.PI / 2);

    /** Where the values of the cosines lie, from those of the sines: one input further. */
    private static final int NEXT_INPUT = SAMPLES * OUTPUTS;

    private static final Stage[] STAGES = {
        VectorBoxMuller::radius,
        VectorBoxMuller::angle,
        VectorBoxMuller::sine,
        VectorBoxMuller::cosine,
        VectorBoxMuller::writeSines,
        VectorBoxMuller::writeCosines
    };

    private VectorBoxMuller() {}

    private interface Stage {
        void run(TileScratch scratch, int from, int to);
    }

    /**
     * Multipliers {@code 1 + sigma z} of the 32 pairs of words whose radii are drawn from {@code normalWords[from ..]} and
     * whose angles from {@code normalWords[from + 32 ..]}: those of the sines to {@code multipliers[to ..]}, those of
     * the cosines to the next input's place.
     */
    static void multipliers(TileScratch scratch, int from, int to) {
        for (Stage stage : STAGES) {
            stage.run(scratch, from, to);
        }
    }

    private static FloatVector uniform(int[] words, int at) {
        IntVector word = IntVector.fromArray(INTS, words, at);
        FloatVector high = (FloatVector) word.lanewise(LSHR, 16).convertShape(I2F, FLOATS, 0);
        FloatVector low = (FloatVector) word.and(0xFFFF).convertShape(I2F, FLOATS, 0);
        FloatVector value = high.fma(broadcast(65536f), low);
        return value.fma(broadcast(BoxMuller.UNIT), broadcast(BoxMuller.HALF_UNIT));
    }

    private static void radius(TileScratch scratch, int from, int to) {
        float[] radii = scratch.radii;
        for (int k = 0; k < OUTPUTS; k += COUNT) {
            IntVector bits =
                    uniform(scratch.normalWords, from + k).reinterpretAsInts().sub(BoxMuller.SQRT_HALF_BITS);
            FloatVector exponent = (FloatVector) bits.lanewise(ASHR, 23).convertShape(I2F, FLOATS, 0);
            IntVector mantissa = bits.and(0x7FFFFF).add(BoxMuller.SQRT_HALF_BITS);
            FloatVector r = mantissa.reinterpretAsFloats().sub(1f);
            FloatVector square = r.mul(r);
            FloatVector p = broadcast(BoxMuller.logCoefficient(0));
            for (int c = 1; c < BoxMuller.LOG_COEFFICIENTS; c++) {
                p = p.fma(r, broadcast(BoxMuller.logCoefficient(c)));
            }
            FloatVector tail = p.mul(r).fma(square, exponent.mul(BoxMuller.LN2_LOW));
            tail = square.fma(broadcast(-0.5f), tail);
            FloatVector log = exponent.fma(broadcast(BoxMuller.LN2_HIGH), r.add(tail));
            log.mul(-2f).max(0f).sqrt().intoArray(radii, k);
        }
    }

    private static void angle(TileScratch scratch, int from, int to) {
        for (int k = 0; k < OUTPUTS; k += COUNT) {
            FloatVector quarters =
                    uniform(scratch.normalWords, from + OUTPUTS + k).mul(4f);
            IntVector quadrant = (IntVector) quarters.add(0.5f).convertShape(F2I, INTS, 0);
            quadrant.intoArray(scratch.quadrants, k);
            FloatVector whole = (FloatVector) quadrant.convertShape(I2F, FLOATS, 0);
            quarters.sub(whole).mul(HALF_PI).intoArray(scratch.angles, k);
        }
    }

    private static void sine(TileScratch scratch, int from, int to) {
        for (int k = 0; k < OUTPUTS; k += COUNT) {
            FloatVector y = FloatVector.fromArray(FLOATS, scratch.angles, k);
            FloatVector square = y.mul(y);
            FloatVector p = broadcast(BoxMuller.sinCoefficient(0));
            p = p.fma(square, broadcast(BoxMuller.sinCoefficient(1)));
            p = p.fma(square, broadcast(BoxMuller.sinCoefficient(2)));
            p.mul(square).fma(y, y).intoArray(scratch.sines, k);
        }
    }

    private static void cosine(TileScratch scratch, int from, int to) {
        for (int k = 0; k < OUTPUTS; k += COUNT) {
            FloatVector y = FloatVector.fromArray(FLOATS, scratch.angles, k);
            FloatVector square = y.mul(y);
            FloatVector p = broadcast(BoxMuller.cosCoefficient(0));
            p = p.fma(square, broadcast(BoxMuller.cosCoefficient(1)));
            p = p.fma(square, broadcast(BoxMuller.cosCoefficient(2)));
            FloatVector head = square.fma(broadcast(-0.5f), broadcast(1f));
            p.mul(square).fma(square, head).intoArray(scratch.cosines, k);
        }
    }

    private static void writeSines(TileScratch scratch, int from, int to) {
        write(scratch, scratch.sines, scratch.cosines, 0, to);
    }

    private static void writeCosines(TileScratch scratch, int from, int to) {
        write(scratch, scratch.cosines, scratch.sines, 1, to + NEXT_INPUT);
    }

    /** Takes from {@code odd} in odd quadrants, and turns the sign in quadrants 2 and 3, counted from {@code turn}. */
    private static void write(TileScratch scratch, float[] even, float[] odd, int turn, int to) {
        for (int k = 0; k < OUTPUTS; k += COUNT) {
            IntVector quadrant = IntVector.fromArray(INTS, scratch.quadrants, k);
            IntVector a = FloatVector.fromArray(FLOATS, even, k).reinterpretAsInts();
            IntVector b = FloatVector.fromArray(FLOATS, odd, k).reinterpretAsInts();
            IntVector oddLanes = quadrant.lanewise(LSHL, 31).lanewise(ASHR, 31);
            IntVector sign = quadrant.add(turn).lanewise(LSHL, 30).and(Integer.MIN_VALUE);
            IntVector factor = a.lanewise(XOR, a.lanewise(XOR, b).and(oddLanes)).lanewise(XOR, sign);
            FloatVector normal = FloatVector.fromArray(FLOATS, scratch.radii, k).mul(factor.reinterpretAsFloats());
            normal.fma(broadcast(scratch.sigma), broadcast(1f)).intoArray(scratch.multipliers, to + k);
        }
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(FLOATS, value);
    }
}

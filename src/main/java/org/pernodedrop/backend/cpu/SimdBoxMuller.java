package org.pernodedrop.backend.cpu;

import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.F2I;
import static jdk.incubator.vector.VectorOperators.I2F;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.Vector;
import org.pernodedrop.mask.BoxMuller;

/** {@link BoxMuller} on vectors: the same operations in the same order, so the same bits. */
final class SimdBoxMuller {
    private static final float HALF_PI = (float) (Math.PI / 2);

    private SimdBoxMuller() {}

    /** {@code to[k] = BoxMuller.radius(words[at + k])} for k below count, a multiple of the lanes. */
    static void radius(int[] words, int at, float[] to, int count) {
        for (int k = 0; k < count; k += SimdLanes.COUNT) {
            radiusLanes(words, at + k, to, k);
        }
    }

    /**
     * Multipliers {@code 1 + sigma radius sin} and {@code 1 + sigma radius cos} of the angles of {@code words[at + k]},
     * for k below count, a multiple of the lanes.
     */
    static void multipliers(
            int[] words, int at, float[] radii, float sigma, float[] to, int sineAt, int cosineAt, int count) {
        for (int k = 0; k < count; k += SimdLanes.COUNT) {
            multiplierLanes(words, at + k, radii, k, sigma, to, sineAt + k, cosineAt + k);
        }
    }

    private static FloatVector uniform(int[] words, int at) {
        IntVector word = IntVector.fromArray(SimdLanes.INTS, words, at);
        FloatVector high = toFloat(word.lanewise(LSHR, 16));
        FloatVector value = high.fma(broadcast(65536f), toFloat(word.and(0xFFFF)));
        return value.fma(broadcast(BoxMuller.UNIT), broadcast(BoxMuller.HALF_UNIT));
    }

    private static void radiusLanes(int[] words, int at, float[] to, int toAt) {
        IntVector bits = uniform(words, at).reinterpretAsInts().sub(BoxMuller.SQRT_HALF_BITS);
        FloatVector exponent = toFloat(bits.lanewise(ASHR, 23));
        IntVector mantissa = bits.and(0x7FFFFF).add(BoxMuller.SQRT_HALF_BITS);
        FloatVector r = mantissa.reinterpretAsFloats().sub(1f);
        FloatVector square = r.mul(r);
        FloatVector p = broadcast(BoxMuller.logCoefficient(0));
        for (int k = 1; k < BoxMuller.LOG_COEFFICIENTS; k++) {
            p = p.fma(r, broadcast(BoxMuller.logCoefficient(k)));
        }
        FloatVector tail = p.mul(r).fma(square, exponent.mul(BoxMuller.LN2_LOW));
        tail = square.fma(broadcast(-0.5f), tail);
        FloatVector log = exponent.fma(broadcast(BoxMuller.LN2_HIGH), r.add(tail));
        log.mul(-2f).max(0f).sqrt().intoArray(to, toAt);
    }

    private static void multiplierLanes(
            int[] words, int at, float[] radii, int radiusAt, float sigma, float[] to, int sineAt, int cosineAt) {
        FloatVector quarters = uniform(words, at).mul(4f);
        IntVector quadrant = (IntVector) quarters.add(0.5f).convertShape(F2I, SimdLanes.INTS, 0);
        FloatVector y = quarters.sub(toFloat(quadrant)).mul(HALF_PI);
        FloatVector square = y.mul(y);
        FloatVector p = broadcast(BoxMuller.sinCoefficient(0)).fma(square, broadcast(BoxMuller.sinCoefficient(1)));
        p = p.fma(square, broadcast(BoxMuller.sinCoefficient(2)));
        IntVector sine = p.mul(square).fma(y, y).reinterpretAsInts();
        FloatVector c = broadcast(BoxMuller.cosCoefficient(0)).fma(square, broadcast(BoxMuller.cosCoefficient(1)));
        c = c.fma(square, broadcast(BoxMuller.cosCoefficient(2)));
        FloatVector head = square.fma(broadcast(-0.5f), broadcast(1f));
        IntVector cosine = c.mul(square).fma(square, head).reinterpretAsInts();
        // Odd quadrants swap sine and cosine; all ones where they do.
        IntVector swap = quadrant.lanewise(LSHL, 31).lanewise(ASHR, 31);
        IntVector difference = xor(sine, cosine);
        IntVector exchanged = difference.and(swap);
        IntVector sineSign = quadrant.lanewise(LSHL, 30).and(Integer.MIN_VALUE);
        IntVector cosineSign = quadrant.add(1).lanewise(LSHL, 30).and(Integer.MIN_VALUE);
        FloatVector radius = FloatVector.fromArray(SimdLanes.FLOATS, radii, radiusAt);
        write(radius, xor(xor(sine, exchanged), sineSign), sigma, to, sineAt);
        write(radius, xor(xor(cosine, exchanged), cosineSign), sigma, to, cosineAt);
    }

    private static void write(FloatVector radius, IntVector factor, float sigma, float[] to, int at) {
        radius.mul(factor.reinterpretAsFloats())
                .fma(broadcast(sigma), broadcast(1f))
                .intoArray(to, at);
    }

    private static IntVector xor(IntVector a, IntVector b) {
        return a.lanewise(XOR, b);
    }

    private static FloatVector toFloat(Vector<Integer> v) {
        return (FloatVector) v.convertShape(I2F, SimdLanes.FLOATS, 0);
    }

    private static FloatVector broadcast(float value) {
        return FloatVector.broadcast(SimdLanes.FLOATS, value);
    }
}

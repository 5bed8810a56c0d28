package org.pernodedrop.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;
import static org.pernodedrop.kernels.cpu.Tiles.QUAD;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;

import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;
import org.pernodedrop.mask.Philox;

/**
 * Philox4x32-10 on vectors of counters, 16 calls at a time.
 *
 * <p>Each lane is 64 bits wide, for the full products, and holds one 32-bit word; its upper half is undefined. The explicit
 * masks before each multiplication let later JDKs choose the cheap 32-bit multiplication. Methods are small on purpose:
 * beyond its inlining limits the compiler would box every vector.
 */
final class VectorPhilox {
    /** Counters that go side by side: at most 8. */
    static final VectorSpecies<Long> LANES = LongVector.SPECIES_PREFERRED.length() <= SAMPLES / 2
            ? LongVector.SPECIES_PREFERRED
            : LongVector.SPECIES_512;

    private static final long LOW = 0xFFFFFFFFL;
    private static final long MULTIPLIER_0 = Philox.MULTIPLIER_0 & LOW;
    private static final long MULTIPLIER_1 = Philox.MULTIPLIER_1 & LOW;

    private VectorPhilox() {}

    /**
     * Position of a counter in a scratch array: first the even ones, then the odd ones, so that {@link #merge} interleaves
     * them without a shuffle.
     */
    static int position(int lane) {
        return (lane >>> 1) + (lane & 1) * (SAMPLES / 2);
    }

    /**
     * The four words of 16 counters (x[l] | base, y, z[l], w): word j of counter l at {@code words[16 j + l]}, in the low half
     * of the long.
     */
    static void generate(long[] x, int base, int y, long[] z, int w, int k0, int k1, long[] words) {
        for (int at = 0; at < SAMPLES; at += LANES.length()) {
            generateLanes(x, base, y, z, w, k0, k1, words, at);
        }
    }

    private static void generateLanes(
            long[] x, int base, int y, long[] z, int w, int k0, int k1, long[] words, int at) {
        LongVector m0 = LongVector.broadcast(LANES, MULTIPLIER_0).and(LOW);
        LongVector m1 = LongVector.broadcast(LANES, MULTIPLIER_1).and(LOW);
        LongVector c0 = LongVector.fromArray(LANES, x, at).or(base & LOW);
        LongVector c1 = LongVector.broadcast(LANES, y & LOW);
        LongVector c2 = LongVector.fromArray(LANES, z, at);
        LongVector c3 = LongVector.broadcast(LANES, w & LOW);
        for (int round = 0; round < Philox.ROUNDS; round++) {
            LongVector p0 = c0.and(LOW).mul(m0);
            LongVector p1 = c2.and(LOW).mul(m1);
            c0 = p1.lanewise(LSHR, 32).lanewise(XOR, c1.lanewise(XOR, k0 & LOW));
            c1 = p1;
            c2 = p0.lanewise(LSHR, 32).lanewise(XOR, c3.lanewise(XOR, k1 & LOW));
            c3 = p0;
            k0 += Philox.WEYL_0;
            k1 += Philox.WEYL_1;
        }
        c0.intoArray(words, at);
        c1.intoArray(words, at + SAMPLES);
        c2.intoArray(words, at + 2 * SAMPLES);
        c3.intoArray(words, at + 3 * SAMPLES);
    }

    /** Packs the words of 16 counters into ints, in the counters' own order: word j of counter l at {@code to[j stride + toAt + l]}. */
    static void merge(long[] words, int[] to, int toAt, int stride) {
        for (int j = 0; j < QUAD; j++) {
            for (int at = 0; at < SAMPLES / 2; at += LANES.length()) {
                LongVector even = LongVector.fromArray(LANES, words, j * SAMPLES + at);
                LongVector odd = LongVector.fromArray(LANES, words, j * SAMPLES + SAMPLES / 2 + at);
                even.and(LOW).or(odd.lanewise(LSHL, 32)).reinterpretAsInts().intoArray(to, toAt + j * stride + 2 * at);
            }
        }
    }
}

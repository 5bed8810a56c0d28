package org.pernodedrop.kernels.cpu;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;
import static org.pernodedrop.kernels.cpu.Tiles.SAMPLES;
import static org.pernodedrop.kernels.cpu.VectorPhilox.LANES;

import jdk.incubator.vector.LongVector;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Mask;
import org.pernodedrop.mask.Philox;

/**
 * Kept bits of 16 counters at a time, either 16 samples or 16 quads of inputs: Philox4x32-10 in all planes, joined in
 * registers.
 *
 * <p>Two of the ten rounds are computed once for all blocks and planes. In the first round the counter's z and y do not
 * meet its block and plane: one product with z and an exclusive or with y suffice, and one more product in the second. Block
 * and plane reach the lanes in the third round; their own first two rounds are equal for all lanes, hence scalar.
 *
 * <p>A lane holds two words, (c0, c1) or (c2, c3), with the next factor in its high half. A shift then brings that word down
 * and clears the upper half, by which later JDKs recognise the cheap 32-bit multiplication; a round is {@code p ^ key ^ lane
 * << 32}.
 */
final class VectorKeptBits {
    private static final int SCHEDULE = 2 * Philox.ROUNDS;

    private static final long LOW = 0xFFFFFFFFL;
    private static final long MULTIPLIER_0 = Philox.MULTIPLIER_0 & LOW;
    private static final long MULTIPLIER_1 = Philox.MULTIPLIER_1 & LOW;

    private VectorKeptBits() {}

    /** Makes lane l stand for sample {@code first + l}; {@code y} of {@link #draw} is then the quad. */
    static void lanesAreSamples(Mask mask, int first, TileScratch scratch) {
        schedule(mask, scratch.schedule);
        for (int lane = 0; lane < SAMPLES; lane++) {
            setLane(lane, first + lane, 0, scratch);
        }
    }

    /** Makes lane l stand for quad {@code y ^ l} of one sample, with the {@code y} of {@link #draw}. */
    static void lanesAreQuads(Mask mask, int sample, TileScratch scratch) {
        schedule(mask, scratch.schedule);
        for (int lane = 0; lane < SAMPLES; lane++) {
            setLane(lane, sample, lane, scratch);
        }
    }

    private static void schedule(Mask mask, long[] schedule) {
        long k0 = mask.key().k0();
        long k1 = mask.key().k1();
        for (int round = 0; round < SCHEDULE; round += 2) {
            schedule[round] = k0 << 32;
            schedule[round + 1] = k1 << 32;
            k0 += Philox.WEYL_0;
            k1 += Philox.WEYL_1;
        }
    }

    private static void setLane(int lane, int z, int y, TileScratch scratch) {
        long product = MULTIPLIER_1 * (z & LOW);
        int at = VectorPhilox.position(lane);
        scratch.firstRound[at] = product & ~LOW ^ scratch.schedule[0] ^ (long) y << 32;
        scratch.secondRound[at] = product << 32;
    }

    /** Draws a block of 32 outputs: the word of input j of lane l goes to {@code to[toAt + 16 j + l]}. */
    static void draw(Mask mask, int y, int block, TileScratch scratch, int[] to, int toAt) {
        DropRate rate = mask.spec().rate();
        long[] kept = scratch.words;
        for (int at = 0; at < SAMPLES / 2; at += LANES.length()) {
            drawLanes(
                    y,
                    block,
                    mask.step(),
                    rate.planes(),
                    rate.threshold(),
                    scratch.schedule,
                    scratch.firstRound,
                    scratch.secondRound,
                    kept,
                    at);
            merge(kept, at, to, toAt + 2 * at);
            merge(kept, at + SAMPLES, to, toAt + 2 * at + 2 * SAMPLES);
        }
    }

    /** Even lanes are {@code a} and {@code c}, odd ones {@code b} and {@code d}: (c0, c1) and (c2, c3) of each. */
    private static void drawLanes(
            int y,
            int block,
            int step,
            int planes,
            int threshold,
            long[] schedule,
            long[] first,
            long[] second,
            long[] kept,
            int at) {
        LongVector m0 = LongVector.broadcast(LANES, MULTIPLIER_0 << 32).lanewise(LSHR, 32);
        LongVector m1 = LongVector.broadcast(LANES, MULTIPLIER_1 << 32).lanewise(LSHR, 32);
        LongVector yHigh = LongVector.broadcast(LANES, (long) y << 32);
        LongVector even = LongVector.fromArray(LANES, first, at).lanewise(XOR, yHigh);
        LongVector odd = LongVector.fromArray(LANES, first, at + SAMPLES / 2).lanewise(XOR, yHigh);
        even = even.lanewise(LSHR, 32).mul(m0);
        odd = odd.lanewise(LSHR, 32).mul(m0);
        LongVector keptA = LongVector.zero(LANES);
        LongVector keptB = keptA;
        LongVector keptC = keptA;
        LongVector keptD = keptA;
        // Planes below the last 1 digit of q' keep nothing, so they are not drawn.
        for (int plane = planes - 1 - Integer.numberOfTrailingZeros(threshold); plane >= 0; plane--) {
            long p0 = MULTIPLIER_0 * ((block | plane << Mask.PLANE_SHIFT) & LOW);
            long p1 = MULTIPLIER_1 * (p0 >>> 32 ^ schedule[1] >>> 32 ^ step & LOW);
            long key0 = p1 ^ schedule[2];
            long key1 = p0 << 32 ^ schedule[3];
            LongVector a = LongVector.fromArray(LANES, second, at).lanewise(XOR, key0);
            LongVector b = LongVector.fromArray(LANES, second, at + SAMPLES / 2).lanewise(XOR, key0);
            LongVector c = even.lanewise(XOR, key1);
            LongVector d = odd.lanewise(XOR, key1);
            for (int round = 4; round < SCHEDULE; round += 2) {
                LongVector k0 = LongVector.broadcast(LANES, schedule[round]);
                LongVector k1 = LongVector.broadcast(LANES, schedule[round + 1]);
                LongVector product0 = a.lanewise(LSHR, 32).mul(m0);
                LongVector product1 = c.lanewise(LSHR, 32).mul(m1);
                a = product1.lanewise(XOR, k0).lanewise(XOR, a.lanewise(LSHL, 32));
                c = product0.lanewise(XOR, k1).lanewise(XOR, c.lanewise(LSHL, 32));
                product0 = b.lanewise(LSHR, 32).mul(m0);
                product1 = d.lanewise(LSHR, 32).mul(m1);
                b = product1.lanewise(XOR, k0).lanewise(XOR, b.lanewise(LSHL, 32));
                d = product0.lanewise(XOR, k1).lanewise(XOR, d.lanewise(LSHL, 32));
            }
            // The majority of word, bits so far and digit: an "or" where the digit is 1, an "and" where it is 0.
            LongVector digit = LongVector.broadcast(LANES, -(long) (threshold >>> planes - 1 - plane & 1));
            keptA = a.and(keptA.or(digit)).or(keptA.and(digit));
            keptB = b.and(keptB.or(digit)).or(keptB.and(digit));
            keptC = c.and(keptC.or(digit)).or(keptC.and(digit));
            keptD = d.and(keptD.or(digit)).or(keptD.and(digit));
        }
        keptA.intoArray(kept, at);
        keptB.intoArray(kept, at + SAMPLES / 2);
        keptC.intoArray(kept, at + SAMPLES);
        keptD.intoArray(kept, at + SAMPLES + SAMPLES / 2);
    }

    /** Transposes words and lanes: two vectors of counters become the words of two inputs. */
    private static void merge(long[] kept, int from, int[] to, int toAt) {
        LongVector even = LongVector.fromArray(LANES, kept, from);
        LongVector odd = LongVector.fromArray(LANES, kept, from + SAMPLES / 2);
        LongVector high = even.lanewise(LSHR, 32).or(odd.and(~LOW));
        LongVector low = even.and(LOW).or(odd.lanewise(LSHL, 32));
        high.reinterpretAsInts().intoArray(to, toAt);
        low.reinterpretAsInts().intoArray(to, toAt + SAMPLES);
    }
}

package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.ReferenceRounding;
import org.pernodedrop.kernels.HostMatrix;
import org.pernodedrop.kernels.Precision;
import org.pernodedrop.kernels.cpu.FactorRounding.Factor;

/** Rounding of floats of all sizes, against arithmetic on doubles. */
class FactorRoundingTest {
    private static final int RANDOM = 2_000_000;

    @Test
    void floatsOfAllSizesAreRoundedToTheNearest() {
        SplittableRandom random = new SplittableRandom(5);
        for (int k = 0; k < RANDOM; k++) {
            check(Float.intBitsToFloat(random.nextInt()));
        }
    }

    /** Around every bf16: the number itself, the middle to the next, and what lies beside these. */
    @Test
    void middlesGoToTheEvenOne() {
        for (int upper = 0; upper < 1 << 16; upper++) {
            for (int lower : new int[] {0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF}) {
                check(Float.intBitsToFloat(upper << 16 | lower));
            }
        }
    }

    private static void check(float value) {
        if (Float.isNaN(value)) {
            assertTrue(Float.isNaN(FactorRounding.bf16(value)));
            assertTrue(Float.isNaN(FactorRounding.twoTerms(value)));
            return;
        }
        double expected = ReferenceRounding.bf16(value);
        double both = ReferenceRounding.twoTerms(value);
        if (expected != FactorRounding.bf16(value) || both != FactorRounding.twoTerms(value)) {
            assertEquals(expected, FactorRounding.bf16(value), "bf16 of " + value);
            assertEquals(both, FactorRounding.twoTerms(value), "two terms of " + value);
        }
        if (Math.abs(value) >= 0x1p-100 && Math.abs(both) <= Float.MAX_VALUE) {
            assertTrue(Math.abs(both - value) <= 0x1p-17 * Math.abs(value), "two terms of " + value);
        }
    }

    /** Of any size, in tasks of any number. */
    @ParameterizedTest
    @ValueSource(ints = {1, 3, 16384, 16385, 40_000})
    void copiesAreWhole(int count) {
        float[] from = new float[count + 3];
        for (int k = 0; k < from.length; k++) {
            from[k] = 1 + k * 0x1p-20f;
        }
        WorkerPool pool = new WorkerPool(3);
        try {
            FactorRounding rounding = new FactorRounding(pool, Precision.BF16);
            float[] large = rounding.rounded(Factor.X, from, 0, count + 3);
            float[] copy = rounding.rounded(Factor.X, from, 3, count);
            assertTrue(large == copy, "the memory is kept");
            float[] rows = rounding.rounded(Factor.W, HostMatrix.of(from, 3, count), 1, count)
                    .array();
            float[] columns = rounding.rounded(Factor.DZ, HostMatrix.of(from, 3, 1), count, 1)
                    .array();
            for (int k = 0; k < count; k++) {
                float expected = (float) ReferenceRounding.bf16(from[k + 3]);
                assertEquals(expected, copy[k]);
                assertEquals(expected, rows[k]);
                assertEquals(expected, columns[k]);
            }
        } finally {
            pool.close();
        }
    }

    @Test
    void onlyTermsOfBf16AreRounding() {
        WorkerPool pool = new WorkerPool(1);
        try {
            for (Precision precision : Precision.values()) {
                FactorRounding rounding = new FactorRounding(pool, precision);
                boolean terms = precision == Precision.BF16 || precision == Precision.BF16X2;
                assertEquals(terms, rounding.rounds());
                assertEquals(terms ? "; factors in " + precision : "", rounding.describe());
            }
        } finally {
            pool.close();
        }
    }
}

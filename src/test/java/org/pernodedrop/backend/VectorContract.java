package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.mask.CurandStream;

/** Memory, vectors and initial values. */
public interface VectorContract extends BackendFixture {
    @Test
    default void newBuffersAreZero() {
        assertArrayEquals(
                new float[33], backend().memory().download(backend().memory().allocate(33)));
    }

    @Test
    default void slicesOfSlicesShareMemory() {
        DeviceFloats whole = backend().memory().allocate(20);
        DeviceFloats inner = whole.slice(4, 12).slice(3, 5);
        backend().vectors().fill(inner, 7);
        float[] expected = new float[20];
        Arrays.fill(expected, 7, 12, 7f);
        assertArrayEquals(expected, backend().memory().download(whole));
        assertEquals(5, inner.length());
    }

    @Test
    default void overlapsAreSeen() {
        DeviceFloats whole = backend().memory().allocate(20);
        assertTrue(whole.slice(0, 10).overlaps(whole.slice(9, 5)));
        assertFalse(whole.slice(0, 10).overlaps(whole.slice(10, 10)));
        assertFalse(whole.overlaps(backend().memory().allocate(20)));
        assertTrue(whole.slice(3, 10).startsAt(whole.slice(3, 2)));
        assertFalse(whole.slice(3, 10).startsAt(whole.slice(4, 2)));
        assertFalse(whole.startsAt(backend().memory().allocate(20)));
    }

    @Test
    default void closingTheOwnerClosesItsSlices() {
        DeviceFloats whole = backend().memory().allocate(20);
        DeviceFloats slice = whole.slice(3, 4);
        slice.close();
        assertFalse(whole.isClosed());
        whole.close();
        whole.close();
        assertTrue(slice.isClosed());
    }

    @Test
    default void transfersHeedTheHostOffset() {
        DeviceFloats buffer = backend().memory().allocate(3);
        backend().memory().upload(new float[] {1, 2, 3, 4, 5}, 1, buffer);
        float[] back = new float[6];
        backend().memory().download(buffer, back, 2);
        assertArrayEquals(new float[] {0, 0, 2, 3, 4, 0}, back);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13, 32, 33, 207, 40_009})
    default void fillCopyAndAxpy(int length) {
        float[] x = Numbers.floats(1, length);
        float[] y = Numbers.floats(2, length);
        Guarded source = on(x);
        Guarded target = empty(length);
        backend().vectors().copy(source.buffer, target.buffer);
        assertArrayEquals(x, target.read());

        Guarded sum = on(y);
        backend().vectors().axpy(-2.5f, source.buffer, sum.buffer);
        double[] expected = new double[length];
        double[] scale = new double[length];
        for (int k = 0; k < length; k++) {
            expected[k] = y[k] - 2.5 * x[k];
            scale[k] = Math.abs(y[k]) + 2.5 * Math.abs(x[k]);
        }
        Numbers.assertNear("axpy", expected, scale, 2 * Numbers.ROUNDING, sum.read());

        backend().vectors().fill(target.buffer, 0.25f);
        float[] filled = new float[length];
        Arrays.fill(filled, 0.25f);
        assertArrayEquals(filled, target.read());
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 13, 32, 33, 207, 40_009})
    default void integersAreCopied(int length) {
        int[] values = Numbers.ints(3, length, 1000);
        DeviceInts whole = backend().memory().allocateInts(length + 8);
        backend().vectors().copy(on(values), whole.slice(5, length));
        int[] expected = new int[length + 8];
        System.arraycopy(values, 0, expected, 5, length);
        assertArrayEquals(expected, read(whole, 1000));
    }

    @Test
    default void overlapsOfIntegersAreSeen() {
        DeviceInts whole = backend().memory().allocateInts(20);
        assertTrue(whole.slice(0, 10).overlaps(whole.slice(9, 5)));
        assertFalse(whole.slice(0, 10).overlaps(whole.slice(10, 10)));
        assertFalse(whole.overlaps(backend().memory().allocateInts(20)));
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "5, 0, 13", "-3, 1, 207", "7, 262141, 30", "9, 4611686018, 10001"})
    default void uniformsAreThoseOfTheStream(long seed, long first, int extra) {
        int length = extra + 1;
        Guarded x = empty(length);
        backend().randomFills().uniform(seed, first, -0.5f, 0.75f, x.buffer);
        CurandStream stream = new CurandStream(seed);
        float[] expected = new float[length];
        for (int k = 0; k < length; k++) {
            expected[k] = stream.uniform(first + k) * 1.25f - 0.5f;
        }
        assertArrayEquals(expected, x.read());
    }

    @ParameterizedTest
    @CsvSource({"1, 0, 0", "5, 0, 13", "-3, 1, 207", "7, 262141, 30", "9, 4611686018, 10001"})
    default void normalsAreThoseOfTheStream(long seed, long first, int extra) {
        int length = extra + 1;
        Guarded x = empty(length);
        backend().randomFills().normal(seed, first, 3f, 0.5f, x.buffer);
        CurandStream stream = new CurandStream(seed);
        double[] expected = new double[length];
        for (int k = 0; k < length; k++) {
            expected[k] = 3 + 0.5 * stream.normal(first + k);
        }
        Numbers.assertNear("normal", expected, 4 * Numbers.ROUNDING + normalTolerance(), x.read());
    }
}

package org.pernodedrop.backend;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** What backends tell of their memory, and what they do when it does not suffice. */
public interface MemoryContract extends BackendFixture {
    private static void assertSensible(Memory.Use memory) {
        assertTrue(memory.used() >= 0 && memory.used() <= memory.peak(), memory.toString());
        assertTrue(memory.used() <= memory.reserved(), memory.toString());
        assertTrue(memory.free() >= 0 && memory.free() <= memory.total(), memory.toString());
        assertTrue(memory.reserved() <= memory.total(), memory.toString());
    }

    @Test
    default void useGrowsAndFallsAndThePeakStays() {
        long floats = 100_003;
        long ints = 50_001;
        Memory.Use before = backend().memory().use();
        assertSensible(before);
        DeviceFloats x = backend().memory().allocate(floats);
        Memory.Use one = backend().memory().use();
        assertSensible(one);
        assertTrue(one.used() >= before.used() + Float.BYTES * floats, one.toString());
        DeviceInts rows = backend().memory().allocateInts(ints);
        Memory.Use both = backend().memory().use();
        assertSensible(both);
        assertTrue(both.used() >= one.used() + Integer.BYTES * ints, both.toString());
        assertTrue(both.peak() >= both.used(), both.toString());
        x.slice(0, 7).close();
        assertEquals(both.used(), backend().memory().use().used());
        x.close();
        x.close();
        rows.close();
        Memory.Use after = backend().memory().use();
        assertSensible(after);
        assertEquals(before.used(), after.used());
        assertEquals(both.peak(), after.peak());
    }

    @Test
    default void whatWasGivenBackIsUsedAgainAndClean() {
        long reserved = 0;
        for (int round = 0; round < 50; round++) {
            try (DeviceFloats x = backend().memory().allocate(3000);
                    DeviceFloats y = backend().memory().allocate(7)) {
                assertArrayEquals(new float[3000], backend().memory().download(x));
                assertArrayEquals(new float[7], backend().memory().download(y));
                backend().vectors().fill(x, 3);
                backend().vectors().fill(y, 4);
            }
            if (round == 0) {
                reserved = backend().memory().use().reserved();
            }
        }
        assertEquals(reserved, backend().memory().use().reserved());
    }

    @Test
    default void tooMuchIsRefusedAndHarmsNothing() {
        DeviceFloats x = backend().memory().allocate(5);
        backend().vectors().fill(x, 2);
        Memory.Use before = backend().memory().use();
        long length = before.total() / Float.BYTES + 1;
        String floats = assertThrows(
                        OutOfDeviceMemoryException.class,
                        () -> backend().memory().allocate(length))
                .getMessage();
        assertFalse(floats.isBlank());
        assertThrows(OutOfDeviceMemoryException.class, () -> backend().memory().allocateInts(length));
        assertEquals(before.used(), backend().memory().use().used());
        assertEquals(before.peak(), backend().memory().use().peak());
        assertArrayEquals(new float[] {2, 2, 2, 2, 2}, backend().memory().download(x));
        assertArrayEquals(
                new float[9], backend().memory().download(backend().memory().allocate(9)));
    }
}

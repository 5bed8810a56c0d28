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
    private static void assertSensible(MemoryUse memory) {
        assertTrue(memory.used() >= 0 && memory.used() <= memory.peak(), memory.toString());
        assertTrue(memory.used() <= memory.reserved(), memory.toString());
        assertTrue(memory.free() >= 0 && memory.free() <= memory.total(), memory.toString());
        assertTrue(memory.reserved() <= memory.total(), memory.toString());
    }

    @Test
    default void useGrowsAndFallsAndThePeakStays() {
        long floats = 100_003;
        long ints = 50_001;
        MemoryUse before = backend().memory();
        assertSensible(before);
        DeviceFloats x = backend().allocate(floats);
        MemoryUse one = backend().memory();
        assertSensible(one);
        assertTrue(one.used() >= before.used() + Float.BYTES * floats, one.toString());
        DeviceInts rows = backend().allocateInts(ints);
        MemoryUse both = backend().memory();
        assertSensible(both);
        assertTrue(both.used() >= one.used() + Integer.BYTES * ints, both.toString());
        assertTrue(both.peak() >= both.used(), both.toString());
        x.slice(0, 7).close();
        assertEquals(both.used(), backend().memory().used());
        x.close();
        x.close();
        rows.close();
        MemoryUse after = backend().memory();
        assertSensible(after);
        assertEquals(before.used(), after.used());
        assertEquals(both.peak(), after.peak());
    }

    @Test
    default void whatWasGivenBackIsUsedAgainAndClean() {
        long reserved = 0;
        for (int round = 0; round < 50; round++) {
            try (DeviceFloats x = backend().allocate(3000);
                    DeviceFloats y = backend().allocate(7)) {
                assertArrayEquals(new float[3000], backend().download(x));
                assertArrayEquals(new float[7], backend().download(y));
                backend().fill(x, 3);
                backend().fill(y, 4);
            }
            if (round == 0) {
                reserved = backend().memory().reserved();
            }
        }
        assertEquals(reserved, backend().memory().reserved());
    }

    @Test
    default void tooMuchIsRefusedAndHarmsNothing() {
        DeviceFloats x = backend().allocate(5);
        backend().fill(x, 2);
        MemoryUse before = backend().memory();
        long length = before.total() / Float.BYTES + 1;
        String floats = assertThrows(
                        OutOfDeviceMemoryException.class, () -> backend().allocate(length))
                .getMessage();
        assertFalse(floats.isBlank());
        assertThrows(OutOfDeviceMemoryException.class, () -> backend().allocateInts(length));
        assertEquals(before.used(), backend().memory().used());
        assertEquals(before.peak(), backend().memory().peak());
        assertArrayEquals(new float[] {2, 2, 2, 2, 2}, backend().download(x));
        assertArrayEquals(new float[9], backend().download(backend().allocate(9)));
    }
}

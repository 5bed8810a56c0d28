package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.pernodedrop.driver.Bytes;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceMemory;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** The pool's arithmetic, on memory that only counts. */
class DevicePoolTest {
    private static final long TOTAL = 1 << 20;

    private final Counted memory = new Counted();
    private final DevicePool pool = new DevicePool(memory);

    private static final class Counted implements DeviceMemory {
        final Map<Long, Long> live = new HashMap<>();
        final List<String> calls = new ArrayList<>();
        long next = 4096;
        boolean freeing = true;

        long bytes() {
            return live.values().stream().mapToLong(Long::longValue).sum();
        }

        @Override
        public long allocate(long bytes) {
            calls.add("allocate " + bytes);
            if (bytes > TOTAL - bytes()) {
                return 0;
            }
            long address = next;
            next += bytes;
            live.put(address, bytes);
            return address;
        }

        @Override
        public void free(long address) {
            calls.add("free");
            if (!freeing) {
                throw new DeviceException("cannot free", null);
            }
            assertTrue(live.remove(address) != null, "freed what is not live");
        }

        @Override
        public void await() {
            calls.add("await");
        }

        @Override
        public long available() {
            return TOTAL - bytes();
        }

        @Override
        public long total() {
            return TOTAL;
        }
    }

    @Test
    void classesHoldWhatTheyAreForAndWasteAtMostAnEighth() {
        assertEquals(512, DevicePool.sizeClass(1));
        assertEquals(512, DevicePool.sizeClass(512));
        assertEquals(1024, DevicePool.sizeClass(513));
        assertEquals(9 * 1024, DevicePool.sizeClass(8193));
        SplittableRandom random = new SplittableRandom(1);
        for (int k = 0; k < 10_000; k++) {
            long bytes = random.nextLong(4096, 1L << random.nextInt(13, 60));
            long size = DevicePool.sizeClass(bytes);
            assertTrue(size >= bytes && size - bytes < Math.max(512, bytes / 8 + 1), bytes + " in " + size);
            assertEquals(size, DevicePool.sizeClass(size));
            assertEquals(0, size % 512);
        }
    }

    @Test
    void whatWasGivenBackIsTakenAgain() {
        DeviceBlock first = pool.allocate(10_000, "a test");
        long address = first.address;
        first.close();
        first.close();
        assertTrue(first.isClosed());
        DeviceBlock second = pool.allocate(9_300, "a test");
        assertEquals(address, second.address);
        assertEquals(9_300, second.bytes);
        DeviceBlock third = pool.allocate(10_000, "a test");
        assertNotEquals(address, third.address);
        assertEquals(2, memory.live.size());
    }

    @Test
    void theSmallestThatFitsIsTakenAndNothingMuchTooLarge() {
        DeviceBlock large = pool.allocate(5 * 1024, "a test");
        DeviceBlock small = pool.allocate(4 * 1024 + 512, "a test");
        large.close();
        small.close();
        assertEquals(small.address, pool.allocate(4 * 1024, "a test").address);
        assertEquals(large.address, pool.allocate(4 * 1024, "a test").address);
        DeviceBlock huge = pool.allocate(100_000, "a test");
        huge.close();
        assertNotEquals(huge.address, pool.allocate(50_000, "a test").address);
    }

    @Test
    void useIsCounted() {
        DeviceBlock one = pool.allocate(1000, "a test");
        DeviceBlock two = pool.allocate(3000, "a test");
        assertEquals(4000, pool.use().used());
        assertEquals(1024 + 3072, pool.use().reserved());
        one.close();
        assertEquals(3000, pool.use().used());
        assertEquals(4000, pool.use().peak());
        assertEquals(1024 + 3072, pool.use().reserved());
        assertEquals(TOTAL - 1024 - 3072, pool.use().free());
        assertEquals(TOTAL, pool.use().total());
        two.close();
        assertEquals(0, pool.use().used());
    }

    @Test
    void roomIsMadeOfWhatIsKeptBeforeGivingUp() {
        DeviceBlock held = pool.allocate(TOTAL / 4, "a test");
        for (int k = 0; k < 4; k++) {
            pool.allocate(TOTAL / 8 + 4096L * k, "a test");
        }
        DeviceBlock kept = pool.allocate(TOTAL / 8, "a test");
        kept.close();
        memory.calls.clear();
        assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(TOTAL / 2, "a test"));
        assertEquals(List.of("allocate 524288", "await", "free", "allocate 524288"), memory.calls);
        assertEquals(memory.bytes(), pool.use().reserved());
        assertTrue(!held.isClosed() && memory.live.containsKey(held.address));
    }

    @Test
    void roomThatCouldBeMadeIsTaken() {
        pool.allocate(TOTAL / 2, "a test").close();
        DeviceBlock block = pool.allocate(TOTAL, "a test");
        assertEquals(TOTAL, block.bytes);
        assertEquals(TOTAL, pool.use().reserved());
    }

    @Test
    void roundingUpDoesNotTakeTheLastRoom() {
        pool.allocate(TOTAL / 16 + 1, "a test");
        long bytes = pool.use().free() - 1000;
        assertTrue(DevicePool.sizeClass(bytes) > pool.use().free(), "the class has no room");
        DeviceBlock block = pool.allocate(bytes, "a test");
        assertEquals(bytes, block.bytes);
        assertEquals(memory.bytes(), pool.use().reserved());
        block.close();
        assertEquals(block.address, pool.allocate(bytes - 4096, "a test").address);
        assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(TOTAL / 8, "a test"));
    }

    @Test
    void tooMuchSaysWhatWasAskedForAndWhatThereIs() {
        pool.allocate(TOTAL / 2, "a test");
        for (long bytes : new long[] {TOTAL * 3 / 4, TOTAL + 1, Long.MAX_VALUE}) {
            String message = assertThrows(OutOfDeviceMemoryException.class, () -> pool.allocate(bytes, "a toy"))
                    .getMessage();
            for (String part : new String[] {
                "no room for a toy",
                "asked for=" + Bytes.of(bytes),
                "free=512.0 KiB",
                "total=1.0 MiB",
                "held by this backend=512.0 KiB",
                "smaller batch"
            }) {
                assertTrue(message.contains(part), message);
            }
        }
        assertEquals(1, memory.live.size());
        assertEquals(TOTAL / 2, pool.use().used());
        assertEquals(TOTAL / 2, pool.use().peak());
    }

    @Test
    void closingGivesEverythingBackAndClosesWhatIsOpen() {
        DeviceBlock open = pool.allocate(1000, "a test");
        pool.allocate(2000, "a test").close();
        pool.close();
        pool.close();
        assertTrue(open.isClosed());
        assertTrue(memory.live.isEmpty());
        open.close();
    }

    @Test
    void allIsTriedWhenGivingBackFails() {
        pool.allocate(1000, "a test");
        pool.allocate(2000, "a test");
        memory.freeing = false;
        DeviceException failure = assertThrows(DeviceException.class, pool::close);
        assertEquals("cannot free", failure.getMessage());
        assertEquals(1, failure.getSuppressed().length);
    }

    @Test
    void blocksAreGivenBackAloneOrNotAtAll() {
        List<Integer> open = new ArrayList<>();
        List<DeviceBlock> blocks = new ArrayList<>();
        DevicePool guarded = new DevicePool(memory, closing -> {
            closing.run();
            // While it is still alone.
            open.add((int) blocks.stream().filter(block -> !block.isClosed()).count());
        });
        blocks.add(guarded.allocate(512, "a test"));
        blocks.get(0).close();
        blocks.get(0).close();
        assertEquals(List.of(0), open);
        DevicePool refusing = new DevicePool(memory, closing -> {
            throw new IllegalStateException("another thread is in an operation");
        });
        DeviceBlock kept = refusing.allocate(512, "a test");
        assertThrows(IllegalStateException.class, kept::close);
        assertEquals(false, kept.isClosed());
        assertEquals(512, refusing.use().used());
    }
}

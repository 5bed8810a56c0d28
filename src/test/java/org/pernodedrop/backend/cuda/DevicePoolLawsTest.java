package org.pernodedrop.backend.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.driver.DeviceMemory;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

/** Whatever is taken and given back in whatever order: blocks never overlap, every byte is counted, nothing stays behind. */
class DevicePoolLawsTest {
    private static final long TOTAL = 64 << 10;

    /** Hands out the first gap that fits, as a device does, and refuses what it did not hand out. */
    private static final class FirstFit implements DeviceMemory {
        private static final long START = 1 << 20;

        final TreeMap<Long, Long> live = new TreeMap<>();

        @Override
        public long allocate(long bytes) {
            long gap = START;
            for (Map.Entry<Long, Long> block : live.entrySet()) {
                if (block.getKey() - gap >= bytes) {
                    break;
                }
                gap = block.getKey() + block.getValue();
            }
            if (gap + bytes > START + TOTAL) {
                return 0;
            }
            live.put(gap, bytes);
            return gap;
        }

        @Override
        public void free(long address) {
            assertTrue(live.remove(address) != null, "freed what is not live: " + address);
        }

        @Override
        public void await() {}

        long bytes() {
            return live.values().stream().mapToLong(Long::longValue).sum();
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

    /** Above 0: takes so many bytes. Else: gives back one of the open blocks, chosen by the number. */
    @Provide
    Arbitrary<List<Integer>> programs() {
        Arbitrary<Integer> taking = Arbitraries.integers().between(1, 24 << 10);
        Arbitrary<Integer> closing = Arbitraries.integers().between(-1000, 0);
        return Arbitraries.oneOf(taking, taking, closing).list().ofMaxSize(60);
    }

    @Property(tries = 500, seed = "20261123")
    void everyByteIsAccountedFor(@ForAll("programs") List<Integer> program) {
        FirstFit memory = new FirstFit();
        List<DeviceBlock> open = new ArrayList<>();
        long peak = 0;
        try (DevicePool pool = new DevicePool(memory)) {
            for (int step : program) {
                if (step > 0) {
                    Memory.Use before = pool.use();
                    try {
                        open.add(pool.allocate(step, "a test"));
                    } catch (OutOfDeviceMemoryException full) {
                        assertEquals(before.used(), pool.use().used(), "used after a refusal");
                        long least = (step + 511L) / 512 * 512;
                        assertEquals(0, memory.allocate(least), "refused, although there is room");
                    }
                } else if (!open.isEmpty()) {
                    DeviceBlock block = open.remove(-step % open.size());
                    block.close();
                    block.close();
                    assertTrue(block.isClosed());
                }
                peak = Math.max(peak, used(open));
                assertConsistent(pool.use(), open, peak, memory);
            }
        }
        assertTrue(memory.live.isEmpty(), "left behind: " + memory.live);
        assertTrue(open.stream().allMatch(DeviceBlock::isClosed));
    }

    private static long used(List<DeviceBlock> open) {
        return open.stream().mapToLong(block -> block.bytes).sum();
    }

    private static void assertConsistent(Memory.Use use, List<DeviceBlock> open, long peak, FirstFit memory) {
        assertEquals(used(open), use.used(), "used");
        assertEquals(peak, use.peak(), "peak");
        assertEquals(memory.bytes(), use.reserved(), "reserved");
        assertEquals(TOTAL - memory.bytes(), use.free(), "free");
        TreeMap<Long, Long> places = new TreeMap<>();
        for (DeviceBlock block : open) {
            assertTrue(block.reserved >= block.bytes, "room for it");
            assertEquals(memory.live.get(block.address), block.reserved, "lies where it was taken");
            assertTrue(places.put(block.address, block.reserved) == null, "two blocks at one place");
        }
    }
}

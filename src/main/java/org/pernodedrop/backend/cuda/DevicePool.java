package org.pernodedrop.backend.cuda;

import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.pernodedrop.backend.Memory;
import org.pernodedrop.driver.Bytes;
import org.pernodedrop.driver.DeviceMemory;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.io.Closer;

/**
 * A caching allocator: keeps freed memory for the next allocation, since the driver's own calls wait for the GPU.
 *
 * <p>Sizes are rounded up to classes an eighth of a power of two apart where there is room. The smallest kept block that
 * fits is reused, unless it is more than a quarter too large. All use of the memory must be enqueued in one stream, so that
 * the next owner's commands follow the last one's.
 */
public final class DevicePool implements AutoCloseable {
    /** Smallest block and granularity; a multiple of the driver's alignment. */
    private static final long MIN_BYTES = 512;

    private static final int CLASSES_PER_POWER = 8;
    private static final int MAX_SPARE = 4;

    private final DeviceMemory memory;
    private final Consumer<Runnable> exclusively;
    private final TreeMap<Long, Deque<Long>> kept = new TreeMap<>();
    private final Set<DeviceBlock> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private long used;
    private long peak;
    private long reserved;
    private boolean closed;

    DevicePool(DeviceMemory memory) {
        this(memory, Runnable::run);
    }

    /** @param exclusively runs an action that returns memory while no other thread uses the pool, or refuses to */
    DevicePool(DeviceMemory memory, Consumer<Runnable> exclusively) {
        this.memory = memory;
        this.exclusively = exclusively;
    }

    /** The smallest size class of at least so many bytes. */
    static long sizeClass(long bytes) {
        if (bytes <= MIN_BYTES) {
            return MIN_BYTES;
        }
        long power = Long.highestOneBit(bytes - 1);
        long step = Math.max(power / CLASSES_PER_POWER, MIN_BYTES);
        return (bytes + step - 1) / step * step;
    }

    /**
     * Allocates uninitialised memory.
     *
     * @throws OutOfDeviceMemoryException if there is no room; nothing has changed then
     */
    DeviceBlock allocate(long bytes, String purpose) {
        // No GPU has as much; below this, rounding cannot overflow.
        if (bytes > memory.total()) {
            throw outOfMemory(bytes, purpose);
        }
        long size = sizeClass(bytes);
        long least = Math.max(1, (bytes + MIN_BYTES - 1) / MIN_BYTES) * MIN_BYTES;
        Map.Entry<Long, Deque<Long>> fit = kept.ceilingEntry(least);
        if (fit != null && fit.getKey() <= size + size / MAX_SPARE) {
            long address = fit.getValue().pop();
            if (fit.getValue().isEmpty()) {
                kept.remove(fit.getKey());
            }
            return opened(address, bytes, fit.getKey());
        }
        long address = memory.allocate(size);
        if (address == 0 && !kept.isEmpty()) {
            trim();
            address = memory.allocate(size);
        }
        if (address == 0 && least < size) {
            // Retry without rounding before giving up.
            size = least;
            address = memory.allocate(size);
        }
        if (address == 0) {
            throw outOfMemory(bytes, purpose);
        }
        reserved += size;
        return opened(address, bytes, size);
    }

    private DeviceBlock opened(long address, long bytes, long size) {
        DeviceBlock block = new DeviceBlock(this, address, bytes, size);
        open.add(block);
        used += bytes;
        peak = Math.max(peak, used);
        return block;
    }

    /** Frees all kept blocks. */
    private void trim() {
        memory.await();
        while (!kept.isEmpty()) {
            Map.Entry<Long, Deque<Long>> first = kept.firstEntry();
            long address = first.getValue().pop();
            if (first.getValue().isEmpty()) {
                kept.remove(first.getKey());
            }
            reserved -= first.getKey();
            memory.free(address);
        }
    }

    /** Runs an action that returns memory to the pool, or refuses the thread. */
    void giveBack(Runnable closing) {
        exclusively.accept(closing);
    }

    void release(DeviceBlock block) {
        if (open.remove(block)) {
            used -= block.bytes;
            kept.computeIfAbsent(block.reserved, size -> new ArrayDeque<>()).push(block.address);
        }
    }

    Memory.Use use() {
        return new Memory.Use(used, peak, reserved, memory.available(), memory.total());
    }

    private OutOfDeviceMemoryException outOfMemory(long bytes, String purpose) {
        return new OutOfDeviceMemoryException(
                "the GPU has no room for " + purpose + ": asked for=" + Bytes.of(bytes) + ", free="
                        + Bytes.of(memory.available()) + ", total=" + Bytes.of(memory.total())
                        + ", held by this backend=" + Bytes.of(used)
                        + "; use a smaller batch or smaller layers, close buffers and networks that are no longer needed,"
                        + " or end other programs on the GPU",
                null);
    }

    /** Closes open blocks and frees all memory. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Closer closer = new Closer();
        // Closing a block moves it to the kept ones.
        for (DeviceBlock block : Set.copyOf(open)) {
            block.close();
        }
        kept.values().forEach(addresses -> addresses.forEach(address -> closer.add(() -> memory.free(address))));
        kept.clear();
        reserved = 0;
        closer.close();
    }
}

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
 * Keeps memory that was given back for the next who asks, since the driver's own calls wait for the GPU.
 *
 * <p>Sizes are rounded up to classes an eighth apart where there is room, and the smallest kept block that fits is taken,
 * unless it is more than a quarter too large. All use of the memory must be enqueued in one stream: then what the next
 * owner enqueues comes after what the last one did.
 */
public final class DevicePool implements AutoCloseable {
    /** What the driver aligns allocations to, and more. */
    private static final long LEAST = 512;

    private static final int STEPS_OF_A_POWER = 8;
    private static final int MAX_SPARE_SHARE = 4;

    private final DeviceMemory memory;
    private final Consumer<Runnable> alone;
    private final TreeMap<Long, Deque<Long>> kept = new TreeMap<>();
    private final Set<DeviceBlock> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private long used;
    private long peak;
    private long reserved;
    private boolean closed;

    DevicePool(DeviceMemory memory) {
        this(memory, Runnable::run);
    }

    /** @param alone runs what gives memory back, during which no other thread may use the pool, or refuses to */
    DevicePool(DeviceMemory memory, Consumer<Runnable> alone) {
        this.memory = memory;
        this.alone = alone;
    }

    /** Bytes rounded up to the next class. */
    static long sizeClass(long bytes) {
        if (bytes <= LEAST) {
            return LEAST;
        }
        long power = Long.highestOneBit(bytes - 1);
        long step = Math.max(power / STEPS_OF_A_POWER, LEAST);
        return (bytes + step - 1) / step * step;
    }

    /**
     * So many bytes, whatever they hold.
     *
     * @throws OutOfDeviceMemoryException if there is no room; everything is as before then
     */
    DeviceBlock allocate(long bytes, String purpose) {
        // Nothing is this large; this far from the end of the numbers, rounding cannot overflow either.
        if (bytes > memory.total()) {
            throw outOfMemory(bytes, purpose);
        }
        long size = sizeClass(bytes);
        long least = Math.max(1, (bytes + LEAST - 1) / LEAST) * LEAST;
        Map.Entry<Long, Deque<Long>> fit = kept.ceilingEntry(least);
        if (fit != null && fit.getKey() <= size + size / MAX_SPARE_SHARE) {
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
            // Rounding up must not cost the last room there is.
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

    /** Gives kept blocks back to the driver. */
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

    /** Runs what gives memory back, or refuses the thread. */
    void giveBack(Runnable closing) {
        alone.accept(closing);
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

    /** Gives everything back to the driver; blocks that are open are then closed. Closing twice does nothing. */
    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        Closer closer = new Closer();
        // A block's own close puts it among the kept ones.
        for (DeviceBlock block : Set.copyOf(open)) {
            block.close();
        }
        kept.values().forEach(addresses -> addresses.forEach(address -> closer.add(() -> memory.free(address))));
        kept.clear();
        reserved = 0;
        closer.close();
    }
}

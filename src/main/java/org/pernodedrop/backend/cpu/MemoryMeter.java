package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.Memory;

/** Counts the bytes of open buffers. */
final class MemoryMeter {
    private long used;
    private long peak;

    synchronized void add(long bytes) {
        used += bytes;
        peak = Math.max(peak, used);
    }

    synchronized Memory.Use read() {
        Runtime runtime = Runtime.getRuntime();
        long taken = runtime.totalMemory() - runtime.freeMemory();
        return new Memory.Use(used, peak, used, runtime.maxMemory() - taken, runtime.maxMemory());
    }
}

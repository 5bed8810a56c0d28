package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.MemoryUse;

/** Counts the bytes of open buffers. */
final class MemoryMeter {
    private long used;
    private long peak;

    synchronized void add(long bytes) {
        used += bytes;
        peak = Math.max(peak, used);
    }

    synchronized MemoryUse read() {
        Runtime runtime = Runtime.getRuntime();
        long taken = runtime.totalMemory() - runtime.freeMemory();
        return new MemoryUse(used, peak, used, runtime.maxMemory() - taken, runtime.maxMemory());
    }
}

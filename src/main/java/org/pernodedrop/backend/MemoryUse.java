package org.pernodedrop.backend;

/**
 * A device's memory, in bytes.
 *
 * @param used by this backend's open buffers and workspaces
 * @param peak largest {@code used} so far
 * @param reserved {@code used} and what the backend keeps for reuse
 * @param free what the device could still give to anybody
 * @param total what the device has
 */
public record MemoryUse(long used, long peak, long reserved, long free, long total) {}

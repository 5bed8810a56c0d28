package org.pernodedrop.backend.cuda;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Memory of the pool. One block serves all operations, since the stream runs them one after the other. It grows; a block
 * that was grown out of is kept while a recording writes there.
 */
final class PooledScratch implements Scratch {
    private static final long LEAST = 1L << 16;

    private final DevicePool pool;
    private final CommandQueue queue;
    private final Map<DeviceBlock, Integer> recorded = new IdentityHashMap<>();
    private DeviceBlock current;

    PooledScratch(DevicePool pool, CommandQueue queue) {
        this.pool = pool;
        this.queue = queue;
    }

    @Override
    public long reserve(long bytes) {
        if (current == null || current.bytes < bytes) {
            if (current != null && !recorded.containsKey(current) && !queue.isRecordingInto(current)) {
                current.close();
            }
            current = null;
            current = pool.allocate(Math.max(bytes, LEAST), "an operation's workspace");
        }
        queue.useScratch(current);
        return current.address;
    }

    /** A recording uses these blocks. */
    void retain(Set<DeviceBlock> blocks) {
        blocks.forEach(block -> recorded.merge(block, 1, Integer::sum));
    }

    /** A recording that used these blocks is no more. */
    void release(Set<DeviceBlock> blocks) {
        for (DeviceBlock block : blocks) {
            if (recorded.merge(block, -1, Integer::sum) == 0) {
                recorded.remove(block);
                if (block != current) {
                    block.close();
                }
            }
        }
    }
}

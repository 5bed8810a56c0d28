package org.pernodedrop.backend.cuda;

import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Workspace for what an operation needs only while it runs, such as partial sums. One block of the pool serves all
 * operations, since the stream runs them one after the other. It grows; a block that was outgrown is kept while a captured
 * graph writes there.
 */
final class PooledScratch {
    private static final long MIN = 1L << 16;

    private final DevicePool pool;
    private final CommandQueue queue;
    private final Map<DeviceBlock, Integer> recorded = new IdentityHashMap<>();
    private DeviceBlock current;

    PooledScratch(DevicePool pool, CommandQueue queue) {
        this.pool = pool;
        this.queue = queue;
    }

    /** The address of at least so many bytes, a multiple of 256; valid until the next call. */
    long reserve(long bytes) {
        if (current == null || current.bytes < bytes) {
            if (current != null && !recorded.containsKey(current) && !queue.isCapturedInto(current)) {
                current.close();
            }
            current = null;
            current = pool.allocate(Math.max(bytes, MIN), "an operation's workspace");
        }
        queue.useScratch(current);
        return current.address;
    }

    /** A captured graph uses these blocks. */
    void retain(Set<DeviceBlock> blocks) {
        blocks.forEach(block -> recorded.merge(block, 1, Integer::sum));
    }

    /** A captured graph that used these blocks was closed. */
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

package org.pernodedrop.app.compare;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongFunction;
import org.pernodedrop.data.DataSplit;

/** The standardized data of every seed, in memory as long as there are runs of it to be done. */
final class Splits {
    private final LongFunction<DataSplit> loaded;
    private final Map<Long, Integer> left = new HashMap<>();
    private final Map<Long, DataSplit> splits = new HashMap<>();

    Splits(LongFunction<DataSplit> loaded, List<Plan.Task> tasks) {
        this.loaded = loaded;
        tasks.forEach(task -> left.merge(task.seed(), 1, Integer::sum));
    }

    synchronized DataSplit of(long seed) {
        return splits.computeIfAbsent(seed, loaded::apply);
    }

    /** A run of the seed is done. */
    synchronized void release(long seed) {
        if (left.merge(seed, -1, Integer::sum) == 0) {
            splits.remove(seed);
        }
    }
}

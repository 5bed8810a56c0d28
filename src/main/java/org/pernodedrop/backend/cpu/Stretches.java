package org.pernodedrop.backend.cpu;

/**
 * Shares out numbered items in stretches of about equal work. How long a stretch is depends on the shape only, never on
 * the number of threads.
 */
final class Stretches {
    /** Works on the items {@code [from, to)} of stretch {@code index}. */
    interface Body {
        void run(int index, int from, int to, int worker);
    }

    // Enough simple element operations to be worth a hand-over between threads.
    private static final int WORK = 1 << 15;

    private Stretches() {}

    /** Items in a stretch, where an item takes {@code work} simple element operations. */
    static int length(long work) {
        return (int) Math.max(1, WORK / work);
    }

    /** Number of stretches of {@code count} items. */
    static int number(int count, long work) {
        int length = length(work);
        return (int) (((long) count + length - 1) / length);
    }

    /** Runs all stretches of {@code count} items on the pool. */
    static void run(WorkerPool pool, int count, long work, Body body) {
        int length = length(work);
        pool.run(number(count, work), (index, worker) -> {
            int from = index * length;
            body.run(index, from, Math.min(count - from, length) + from, worker);
        });
    }
}

package org.pernodedrop.kernels.cpu;

/** Splits numbered items into chunks of about equal work. Their length depends on the shape only, never on the threads. */
public final class Chunks {
    /** Works on the items {@code [from, to)} of chunk {@code index}. */
    public interface Body {
        void run(int index, int from, int to, int worker);
    }

    // Enough simple element operations to be worth a hand-over between threads.
    private static final int WORK = 1 << 15;

    private Chunks() {}

    /** Items in a chunk, where an item takes {@code work} simple element operations. */
    public static int length(long work) {
        return (int) Math.max(1, WORK / work);
    }

    /** Number of chunks of {@code count} items. */
    public static int number(int count, long work) {
        int length = length(work);
        return (int) (((long) count + length - 1) / length);
    }

    /** Runs all chunks of {@code count} items on the pool. */
    public static void run(WorkerPool pool, int count, long work, Body body) {
        int length = length(work);
        pool.run(number(count, work), (index, worker) -> {
            int from = index * length;
            body.run(index, from, Math.min(count - from, length) + from, worker);
        });
    }
}

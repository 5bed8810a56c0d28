package org.pernodedrop.kernels.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A fixed team of threads that divide numbered tasks among them; the calling thread is one of them. One run at a time.
 * Starting a run allocates nothing and takes a few microseconds: idle workers spin briefly before they park, since a
 * training step is a sequence of runs shorter than a wake-up.
 *
 * <p>Tasks must not depend on the thread that runs them or on their order; then results do not depend on the number of
 * threads.
 */
public final class WorkerPool implements AutoCloseable {
    /** A numbered task. */
    public interface Task {
        /**
         * Runs task {@code index}.
         *
         * @param worker number of the thread, in [0, threads), which selects its scratch memory
         */
        void run(int index, int worker);
    }

    /** Threads of a pool at most. */
    public static final int MAX_THREADS = 1024;

    private static final int SPINS = 20_000;
    /** The bit of the state that marks a closed pool; the others count runs. */
    private static final int CLOSED = 1 << 31;

    private final Thread[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    // Runs and the closed mark in one number: a run that begins before the close is completed, a later one is refused.
    private final AtomicInteger state = new AtomicInteger();
    private Task task;
    private int count;

    /**
     * Starts the threads.
     *
     * @param threads at least 1, the caller's among them
     * @throws OutOfMemoryError if the system starts no more threads; those already started end
     */
    public WorkerPool(int threads) {
        this(threads, Thread::start);
    }

    WorkerPool(int threads, Consumer<Thread> starter) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: threads=" + threads);
        }
        workers = new Thread[threads - 1];
        try {
            for (int i = 0; i < workers.length; i++) {
                int worker = i + 1;
                workers[i] = new Thread(() -> serve(worker), "pernodedrop-" + worker);
                workers[i].setDaemon(true);
                starter.accept(workers[i]);
            }
        } catch (RuntimeException | Error failure) {
            close();
            throw failure;
        }
    }

    /** Threads, the caller's among them. */
    public int threads() {
        return workers.length + 1;
    }

    /** Runs tasks 0 to count - 1 and returns when all are done; the first failure is thrown here. */
    public void run(int count, Task task) {
        if (state.get() < 0) {
            throw closed();
        }
        if (count <= 1 || workers.length == 0) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        if (!busy.compareAndSet(0, workers.length)) {
            throw new IllegalStateException(
                    "a run must have ended before the next one: running=" + this.count + " tasks");
        }
        this.task = task;
        this.count = count;
        next.set(0);
        if (!beginRun()) {
            busy.set(0);
            throw closed();
        }
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
        take(0);
        int spins = 0;
        while (busy.get() > 0) {
            if (spins < SPINS) {
                spins++;
                Thread.onSpinWait();
            } else {
                Thread.yield();
            }
        }
        this.task = null;
        Throwable thrown = failure.getAndSet(null);
        if (thrown instanceof RuntimeException exception) {
            throw exception;
        }
        if (thrown instanceof Error error) {
            throw error;
        }
    }

    private boolean beginRun() {
        while (true) {
            int before = state.get();
            if (before < 0) {
                return false;
            }
            if (state.compareAndSet(before, before + 1 & ~CLOSED)) {
                return true;
            }
        }
    }

    private static IllegalStateException closed() {
        return new IllegalStateException("the worker threads were closed before their use");
    }

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (state.get() == seen) {
                if (spins < SPINS) {
                    spins++;
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            int now = state.get();
            // A run that has begun is completed before the thread ends.
            if ((now & ~CLOSED) != seen) {
                seen = now & ~CLOSED;
                try {
                    take(worker);
                } finally {
                    busy.decrementAndGet();
                }
            }
            if (now < 0) {
                return;
            }
        }
    }

    private void take(int worker) {
        try {
            for (int i = next.getAndIncrement(); i < count; i = next.getAndIncrement()) {
                task.run(i, worker);
            }
        } catch (RuntimeException | Error thrown) {
            failure.compareAndSet(null, thrown);
            next.set(count);
        }
    }

    /** Ends the threads after the run in progress. */
    @Override
    public void close() {
        state.updateAndGet(before -> before | CLOSED);
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}

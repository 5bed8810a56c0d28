package org.pernodedrop.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * A fixed team of threads that share out numbered tasks; the calling thread is one of them. One run at a time. Starting a run allocates
 * nothing and takes a few microseconds: idle workers spin briefly before they park, since a training step is a sequence
 * of runs that are shorter than a wake-up.
 *
 * <p>Tasks must not depend on which thread runs them or when; then no result depends on the number of threads.
 */
final class WorkerPool implements AutoCloseable {
    /** A numbered task. */
    interface Task {
        /**
         * Runs task {@code index}.
         *
         * @param worker number of the thread, in [0, threads), to find scratch memory by
         */
        void run(int index, int worker);
    }

    private static final int SPINS = 20_000;
    /** The bit of the state that says that it is closed; the others count runs. */
    private static final int CLOSED = 1 << 31;

    private final Thread[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    // In one number, so that a run begins either before the end, and is served whole, or not at all.
    private final AtomicInteger state = new AtomicInteger();
    private Task task;
    private int count;

    /** @throws OutOfMemoryError if the system starts no more threads; those that it started have been told to end then */
    WorkerPool(int threads) {
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

    int threads() {
        return workers.length + 1;
    }

    /** Runs tasks 0 to count - 1 and returns when all are done; the first failure is thrown here. */
    void run(int count, Task task) {
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
        return new IllegalStateException("the backend was closed before its use");
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
            // A run that has begun is served before the end.
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

    /** Lets the threads end, after the run that is under way. */
    @Override
    public void close() {
        state.updateAndGet(before -> before | CLOSED);
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}

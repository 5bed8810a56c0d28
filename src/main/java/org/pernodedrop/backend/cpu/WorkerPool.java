package org.pernodedrop.backend.cpu;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/**
 * A fixed team of threads that share out numbered tasks; the calling thread is one of them. Starting a run allocates
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

    private final Thread[] workers;
    private final AtomicInteger next = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile int generation;
    private volatile boolean closed;
    private Task task;
    private int count;

    WorkerPool(int threads) {
        if (threads < 1) {
            throw new IllegalArgumentException("threads must be at least 1: threads=" + threads);
        }
        workers = new Thread[threads - 1];
        for (int i = 0; i < workers.length; i++) {
            int worker = i + 1;
            workers[i] = new Thread(() -> serve(worker), "pernodedrop-" + worker);
            workers[i].setDaemon(true);
            workers[i].start();
        }
    }

    int threads() {
        return workers.length + 1;
    }

    /** Runs tasks 0 to count - 1 and returns when all are done; the first failure is thrown here. */
    void run(int count, Task task) {
        if (closed) {
            throw new IllegalStateException("the backend was closed before its use");
        }
        if (count <= 1 || workers.length == 0) {
            for (int i = 0; i < count; i++) {
                task.run(i, 0);
            }
            return;
        }
        this.task = task;
        this.count = count;
        next.set(0);
        busy.set(workers.length);
        generation++;
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

    private void serve(int worker) {
        int seen = 0;
        while (true) {
            int spins = 0;
            while (generation == seen && !closed) {
                if (spins < SPINS) {
                    spins++;
                    Thread.onSpinWait();
                } else {
                    LockSupport.park(this);
                }
            }
            if (closed) {
                return;
            }
            seen = generation;
            take(worker);
            busy.decrementAndGet();
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

    @Override
    public void close() {
        closed = true;
        for (Thread worker : workers) {
            LockSupport.unpark(worker);
        }
    }
}

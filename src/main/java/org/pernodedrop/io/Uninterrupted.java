package org.pernodedrop.io;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Work that an interrupt must not break off: what is tried once in the life of a process, as loading native libraries is,
 * and writes or locks files on the way, which Java refuses to interrupted threads.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * Does the work in a thread of its own, which nobody else can interrupt, and waits for it. The calling thread keeps its
     * interrupts. What the work throws is thrown here.
     *
     * @throws OutOfMemoryError if the system starts no more threads
     */
    public static <T> T get(Supplier<T> work) {
        FutureTask<T> task = new FutureTask<>(work::get);
        Thread thread = new Thread(task, "pernodedrop-uninterrupted");
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return task.get();
                } catch (InterruptedException e) {
                    interrupted = true;
                } catch (ExecutionException e) {
                    throw unchecked(e.getCause());
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static RuntimeException unchecked(Throwable thrown) {
        if (thrown instanceof Error error) {
            throw error;
        }
        return (RuntimeException) thrown;
    }
}

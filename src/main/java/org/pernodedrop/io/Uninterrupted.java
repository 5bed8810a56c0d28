package org.pernodedrop.io;

import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Supplier;

/**
 * Runs work that an interrupt must not abort, such as loading native libraries: it happens once per process, and it
 * writes and locks files, which Java refuses to interrupted threads.
 */
public final class Uninterrupted {
    private Uninterrupted() {}

    /**
     * Runs the work in a new thread, which nobody else can interrupt, and waits for it. The calling thread's interrupt
     * status is kept. Exceptions of the work are rethrown.
     *
     * @throws OutOfMemoryError if the system cannot start another thread
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

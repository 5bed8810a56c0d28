package org.pernodedrop.backend.cuda;

/**
 * Keeps captures of streams and what waits for the whole GPU apart, in all threads of the process: the driver ends a
 * capture when anybody waits for the context meanwhile, as libraries do that come or go, and as giving back memory does.
 */
final class Captures {
    private static final Object LOCK = new Object();

    private Captures() {}

    /** Runs what must not come in between. */
    static void alone(Runnable action) {
        synchronized (LOCK) {
            action.run();
        }
    }
}

package org.pernodedrop.driver;

/**
 * Serialises stream capture with context-wide synchronisation, over all threads of the process: CUDA invalidates a capture
 * if another thread synchronises the context meanwhile, as freeing memory and creating or destroying a library's handle do.
 */
public final class CaptureLock {
    private static final Object LOCK = new Object();

    private CaptureLock() {}

    /** Runs a capture, or what synchronises the context, while no other thread does either. */
    public static void exclusive(Runnable action) {
        synchronized (LOCK) {
            action.run();
        }
    }
}

package org.pernodedrop.backend.cpu;

import org.pernodedrop.backend.OwnerCheck;

/**
 * What a backend's objects may do now: nothing once it is closed or while another thread is in an operation, and only
 * operations while a graph is captured or replayed.
 */
final class CpuGate {
    private final OwnerCheck owner;
    private boolean closed;
    private boolean replaying;

    CpuGate(OwnerCheck owner) {
        this.owner = owner;
    }

    void requireOpen() {
        owner.check();
        if (closed) {
            throw new IllegalStateException("the backend was closed before its use");
        }
    }

    /** Refuses what other devices could not do in a capture, so that no program works on the CPU alone. */
    void requireOutsideCaptures(String operation) {
        requireOpen();
        if (replaying) {
            throw new IllegalStateException(operation + " cannot be part of a graph; call it before or after a replay");
        }
    }

    void replay(Runnable operations) {
        requireOutsideCaptures("replay");
        replaying = true;
        try {
            operations.run();
        } finally {
            replaying = false;
        }
    }

    void close() {
        closed = true;
    }
}

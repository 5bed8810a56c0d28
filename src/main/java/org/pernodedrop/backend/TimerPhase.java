package org.pernodedrop.backend;

/** How far a {@link DeviceTimer} is; refuses what comes too early or after its end. */
public final class TimerPhase {
    private boolean started;
    private boolean stopped;
    private boolean closed;

    /** The timer is started. */
    public void start() {
        requireOpen();
        started = true;
        stopped = false;
    }

    /** The timer is stopped. */
    public void stop() {
        requireOpen();
        require(started, "started before it is stopped");
        stopped = true;
    }

    /** The timer is read. */
    public void read() {
        requireOpen();
        require(stopped, "started and stopped before it is read");
    }

    /** The timer has ended. */
    public void close() {
        closed = true;
    }

    /** Whether the timer has ended. */
    public boolean isClosed() {
        return closed;
    }

    private void requireOpen() {
        require(!closed, "open: it was closed before its use");
    }

    private static void require(boolean holds, String rule) {
        if (!holds) {
            throw new IllegalStateException("a timer must be " + rule);
        }
    }
}

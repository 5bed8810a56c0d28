package org.pernodedrop.backend;

/**
 * Times a sequence of operations on the device's own clock, on a GPU between two events in its stream: what the host does
 * meanwhile does not count as long as the device has work. Made by {@link Memory#newTimer}, owned by the caller; used
 * outside captures only.
 */
public interface DeviceTimer extends AutoCloseable {
    /** Begins behind everything enqueued so far; a measurement begun before is forgotten. */
    void start();

    /**
     * Ends behind everything enqueued so far.
     *
     * @throws IllegalStateException unless it was started
     */
    void stop();

    /**
     * Nanoseconds from start to stop, at the device's resolution, half a microsecond on a GPU; waits for the device.
     *
     * @throws IllegalStateException unless it was started and stopped
     */
    long elapsedNanos();

    /** Gives back what the timer holds; closing twice does nothing. */
    @Override
    void close();

    /** How far a {@link DeviceTimer} is; refuses what comes too early or after its end. */
    final class Phase {
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
}

package org.pernodedrop.backend;

/**
 * Times a stretch of operations on the device's own clock, on a GPU between two events in its stream: what the host does
 * meanwhile does not count as long as the device has work. Made by {@link Memory#newTimer}, owned by the caller; used
 * outside recordings only.
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
}

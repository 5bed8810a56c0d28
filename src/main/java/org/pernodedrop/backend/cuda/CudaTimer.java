package org.pernodedrop.backend.cuda;

import org.pernodedrop.backend.DeviceTimer;
import org.pernodedrop.driver.CudaEvent;
import org.pernodedrop.io.Closer;

/** A timer of two events in the backend's stream. */
final class CudaTimer implements DeviceTimer, CommandQueue.Dependent {
    private static final double NANOS_PER_MILLI = 1e6;

    private final CommandQueue queue;
    private final Phase phase = new Phase();
    private final Closer closer = new Closer();
    private final CudaEvent start;
    private final CudaEvent end;

    CudaTimer(CommandQueue queue) {
        this.queue = queue;
        try {
            start = closer.own(CudaEvent.timed(), CudaEvent::close);
            end = closer.own(CudaEvent.timed(), CudaEvent::close);
        } catch (RuntimeException | Error failure) {
            closer.closeAfter(failure);
            throw failure;
        }
        queue.add(this);
    }

    @Override
    public void start() {
        queue.enterOutsideCaptures("starting a timer");
        phase.start();
        start.record(queue.stream());
    }

    @Override
    public void stop() {
        queue.enterOutsideCaptures("stopping a timer");
        phase.stop();
        end.record(queue.stream());
    }

    @Override
    public long elapsedNanos() {
        queue.enterOutsideCaptures("reading a timer");
        phase.read();
        end.await("waiting for the GPU, to read a timer");
        return Math.round(start.millisecondsTo(end) * NANOS_PER_MILLI);
    }

    @Override
    public void close() {
        if (!phase.isClosed()) {
            queue.enterOutsideCaptures("closing a timer");
            release();
        }
    }

    /** The same, when the backend is closed. */
    @Override
    public void release() {
        if (!phase.isClosed()) {
            phase.close();
            queue.forget(this);
            closer.close();
        }
    }
}

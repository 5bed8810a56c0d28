package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.DeviceFloats;
import org.pernodedrop.backend.DeviceTimer;

/** Times of one pass, repetition by repetition, on the device's clock. */
final class PassTimes {
    private final List<Long> forward = new ArrayList<>();
    private final List<Long> backward = new ArrayList<>();
    private final List<Long> total = new ArrayList<>();

    /** Runs a pass once and takes its times; the caches are emptied before each part. */
    void repeat(TimedPass pass, Clock clock) {
        clock.flush.run();
        clock.first.start();
        pass.forward();
        clock.first.stop();
        clock.flush.run();
        clock.second.start();
        pass.backward();
        clock.second.stop();
        add(clock.first.elapsedNanos(), clock.second.elapsedNanos());
    }

    /** What times the two parts of a pass. */
    record Clock(CacheFlush flush, DeviceTimer first, DeviceTimer second) {}

    void add(long forwardNanos, long backwardNanos) {
        forward.add(forwardNanos);
        backward.add(backwardNanos);
        total.add(forwardNanos + backwardNanos);
    }

    int repetitions() {
        return total.size();
    }

    Quartiles forward() {
        return Quartiles.ofNanos(forward);
    }

    Quartiles backward() {
        return Quartiles.ofNanos(backward);
    }

    /** Of the sums, repetition by repetition. */
    Quartiles total() {
        return Quartiles.ofNanos(total);
    }

    /**
     * Empties a GPU's L2 cache by overwriting a buffer of a two-hundredth of its memory, which exceeds the L2 of
     * every supported GPU. Meanwhile the host enqueues the timed work, so that launch latency is hidden. On the CPU it
     * does nothing: rounds alternate, so that every pass finds the caches as the others left them.
     */
    static final class CacheFlush implements AutoCloseable {
        private static final int SHARE = 200;

        private final Backend backend;
        private final DeviceFloats buffer;

        CacheFlush(Backend backend) {
            this.backend = backend;
            boolean cpu = backend.device().equals(Device.CPU.toString());
            buffer = cpu
                    ? null
                    : backend.memory().allocate(backend.memory().use().total() / SHARE / Float.BYTES);
        }

        void run() {
            if (buffer != null) {
                backend.vectors().fill(buffer, 0);
            }
        }

        @Override
        public void close() {
            if (buffer != null) {
                buffer.close();
            }
        }
    }
}

package org.pernodedrop.app.bench;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.DeviceTimer;

/** Times of one pass, repetition by repetition, on the device's clock. */
final class PassTimes {
    private final List<Long> forward = new ArrayList<>();
    private final List<Long> backward = new ArrayList<>();
    private final List<Long> total = new ArrayList<>();

    /** Runs a pass once and takes its times; the caches are emptied before each part. */
    void repeat(LayerPass pass, CacheFlush flush, DeviceTimer first, DeviceTimer second) {
        flush.run();
        first.start();
        pass.forward();
        first.stop();
        flush.run();
        second.start();
        pass.backward();
        second.stop();
        add(first.elapsedNanos(), second.elapsedNanos());
    }

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
}

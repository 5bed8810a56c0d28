package org.pernodedrop.bench;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.Backend;

/** Times of one pass, repetition by repetition. */
final class PassTimes {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Long> forward = new ArrayList<>();
    private final List<Long> backward = new ArrayList<>();
    private final List<Long> total = new ArrayList<>();

    /** Runs a pass once and takes its times; the device is idle before and after each part. */
    void repeat(Backend backend, LayerPass pass) {
        backend.synchronize();
        long start = System.nanoTime();
        pass.forward();
        backend.synchronize();
        long middle = System.nanoTime();
        pass.backward();
        backend.synchronize();
        long end = System.nanoTime();
        forward.add(middle - start);
        backward.add(end - middle);
        total.add(end - start);
    }

    double forwardMs() {
        return medianMs(forward);
    }

    double backwardMs() {
        return medianMs(backward);
    }

    double totalMs() {
        return medianMs(total);
    }

    /** In milliseconds; of an even number of values the mean of the two middle ones, rounded down to nanoseconds. */
    static double medianMs(List<Long> nanos) {
        List<Long> sorted = nanos.stream().sorted().toList();
        int half = sorted.size() / 2;
        long middle = sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
        return middle / NANOS_PER_MILLI;
    }
}

package org.pernodedrop.bench;

import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.backend.Backend;

/** Times of one pass, repetition by repetition. */
final class PassTimes {
    private static final double NANOS_PER_MILLI = 1e6;

    private final List<Double> forward = new ArrayList<>();
    private final List<Double> backward = new ArrayList<>();
    private final List<Double> total = new ArrayList<>();

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
        forward.add((middle - start) / NANOS_PER_MILLI);
        backward.add((end - middle) / NANOS_PER_MILLI);
        total.add((end - start) / NANOS_PER_MILLI);
    }

    double forwardMs() {
        return median(forward);
    }

    double backwardMs() {
        return median(backward);
    }

    double totalMs() {
        return median(total);
    }

    /** The middle value, or the mean of the two middle ones. */
    static double median(List<Double> values) {
        List<Double> sorted = values.stream().sorted().toList();
        int half = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(half) : (sorted.get(half - 1) + sorted.get(half)) / 2;
    }
}

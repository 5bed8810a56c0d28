package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.Collection;

/**
 * Times of many repetitions, in microseconds.
 *
 * @param median half of them took less
 * @param low a quarter took less
 * @param high a quarter took more
 */
public record Quartiles(
        @JsonProperty("us") double median, @JsonProperty("low_us") double low, @JsonProperty("high_us") double high) {
    private static final double NANOS_PER_MICRO = 1e3;

    /** Of at least one time; between two times the quartile divides their distance. */
    static Quartiles ofNanos(Collection<Long> nanos) {
        long[] sorted = nanos.stream().mapToLong(Long::longValue).sorted().toArray();
        return new Quartiles(quantile(sorted, 0.5), quantile(sorted, 0.25), quantile(sorted, 0.75));
    }

    private static double quantile(long[] sorted, double share) {
        double place = share * (sorted.length - 1);
        int below = (int) place;
        int above = Math.min(below + 1, sorted.length - 1);
        return (sorted[below] + (place - below) * (sorted[above] - sorted[below])) / NANOS_PER_MICRO;
    }
}

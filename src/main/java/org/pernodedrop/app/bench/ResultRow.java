package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import java.util.Collection;

/** A line of results; its field {@code record} names the type. */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "record")
@JsonSubTypes({
    @JsonSubTypes.Type(value = RunRow.class, name = "run"),
    @JsonSubTypes.Type(value = LayerRow.class, name = "layer"),
    @JsonSubTypes.Type(value = TrainingRow.class, name = "training"),
})
public sealed interface ResultRow permits RunRow, LayerRow, TrainingRow {
    /** The run that the line belongs to. */
    String run();

    /** Marks a component that a line of results may omit or set to null. */
    @Retention(RetentionPolicy.RUNTIME)
    @Target(ElementType.METHOD)
    @interface MayBeNull {}

    /**
     * Times of many repetitions, in microseconds.
     *
     * @param median half of them took less
     * @param low a quarter took less
     * @param high a quarter took more
     */
    public record Quartiles(
            @JsonProperty("us") double median,
            @JsonProperty("low_us") double low,
            @JsonProperty("high_us") double high) {
        private static final double NANOS_PER_MICRO = 1e3;

        /** Computes quartiles of at least one time by linear interpolation. */
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
}

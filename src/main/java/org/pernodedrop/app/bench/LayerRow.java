package org.pernodedrop.app.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.annotation.JsonUnwrapped;
import org.pernodedrop.app.bench.ResultRow.MayBeNull;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.MaskSpec;

/**
 * A line of results: one implementation of one layer.
 *
 * <p>Noise, drop rate and planes are those of the comparison that the line belongs to. The dense layer is timed again
 * in each comparison and has no mask.
 *
 * @param run the {@link RunRow} that it belongs to
 * @param sizes of the layer
 * @param mask of the comparison
 * @param strategy {@link #DENSE}, {@link #NODE} or a {@link org.pernodedrop.strategy.Strategy}
 * @param precision what factors are rounded to
 * @param checkedError the largest error found before anything was timed, relative to the magnitude of a sum's terms
 * @param times that were measured
 * @param work what the layer computes and moves, also by the median of the total times
 */
public record LayerRow(
        String run,
        @JsonUnwrapped Sizes sizes,
        @JsonUnwrapped Mask mask,
        String strategy,
        String precision,
        double checkedError,
        @JsonUnwrapped Times times,
        @JsonUnwrapped Work work)
        implements ResultRow {
    /** The plain dense layer. */
    public static final String DENSE = "dense";

    /** The dense layer with dropout behind it. */
    public static final String NODE = "node";

    /** Sizes of the layer, as {@link ShapeText} writes them. */
    public String shape() {
        return ShapeText.of(sizes.shape());
    }

    /** The median of the time of both passes, in microseconds. */
    public double micros() {
        return times.total().median();
    }

    /**
     * Sizes of a layer.
     *
     * @param samples B
     * @param positions T
     * @param inputs I
     * @param outputs U
     */
    public record Sizes(
            @JsonProperty("B") int samples,
            @JsonProperty("T") int positions,
            @JsonProperty("I") int inputs,
            @JsonProperty("U") int outputs) {
        /** Checks the sizes as {@link ConnectionShape} does. */
        public Sizes {
            new ConnectionShape(samples, positions, inputs, outputs);
        }

        static Sizes of(ConnectionShape shape) {
            return new Sizes(shape.samples(), shape.positions(), shape.inputs(), shape.outputs());
        }

        ConnectionShape shape() {
            return new ConnectionShape(samples, positions, inputs, outputs);
        }
    }

    /**
     * The mask of a comparison.
     *
     * @param noise what its values are drawn from
     * @param dropRate as asked for
     * @param effectiveDropRate as drawn
     * @param planes random bits a connection needs; 0 where no bits are drawn
     */
    public record Mask(String noise, double dropRate, double effectiveDropRate, int planes) {
        static Mask of(MaskSpec spec) {
            return new Mask(
                    spec.noise().toString(),
                    spec.rate().requested(),
                    spec.effectiveDropRate(),
                    spec.noise().usesBits() ? spec.rate().planes() : 0);
        }
    }

    /**
     * Times of the passes.
     *
     * @param repetitions that were timed
     * @param forward of y, bias and ReLU included
     * @param backward of dx, dw and db
     * @param total of both, repetition by repetition
     * @param graphMicros of a whole step replayed back to back as one captured graph, with caches as they are; null for
     *     long steps
     */
    public record Times(
            int repetitions,
            @JsonUnwrapped(prefix = "forward_") Quartiles forward,
            @JsonUnwrapped(prefix = "backward_") Quartiles backward,
            @JsonUnwrapped(prefix = "total_") Quartiles total,
            @MayBeNull @JsonProperty("graph_us") Double graphMicros) {}

    /**
     * What a layer computes and moves.
     *
     * @param madds multiply-adds of the step
     * @param leastBytes bytes that have to be moved at least, without any mask
     * @param maskBytes memory that holds mask values between the passes
     * @param intensity madds a byte of leastBytes
     * @param maddsPerSecond by the median of the total times
     * @param percentOfPeak of the matrix product in the same precision
     * @param percentOfBandwidth leastBytes a second, of the bandwidth
     */
    public record Work(
            double madds,
            double leastBytes,
            long maskBytes,
            double intensity,
            @JsonProperty("madds_per_s") double maddsPerSecond,
            double percentOfPeak,
            double percentOfBandwidth) {
        /**
         * The minimum work of a layer's forward and backward pass together, whatever the strategy, and rates from the
         * median time. Multiply-adds are {@code 3 B T I U}: one for y, one for dx, one for dw. The least bytes are
         * operands and results, each moved once: forward x, w, bias in and z, y out; backward x, w, z, dy in and dx,
         * dw, db out. No mask is among them.
         *
         * @param peak multiply-adds a second
         * @param bandwidth bytes a second
         */
        static Work of(ConnectionShape shape, long maskBytes, double micros, double peak, double bandwidth) {
            double rows = shape.rows();
            double inputs = shape.inputs();
            double outputs = shape.outputs();
            double forward = rows * inputs + inputs * outputs + outputs + 2 * rows * outputs;
            double backward = 2 * rows * inputs + 2 * inputs * outputs + outputs + 2 * rows * outputs;
            double madds = 3 * rows * inputs * outputs;
            double bytes = Float.BYTES * (forward + backward);
            double seconds = micros * 1e-6;
            double rate = madds / seconds;
            return new Work(
                    madds, bytes, maskBytes, madds / bytes, rate, 100 * rate / peak, 100 * bytes / seconds / bandwidth);
        }
    }
}

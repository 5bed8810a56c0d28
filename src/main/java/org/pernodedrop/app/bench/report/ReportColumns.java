package org.pernodedrop.app.bench.report;

import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.Function;
import org.pernodedrop.app.bench.LayerRow;
import org.pernodedrop.app.bench.ResultRow.Quartiles;
import org.pernodedrop.app.bench.TrainingRow;
import org.pernodedrop.app.report.Numbers;
import org.pernodedrop.app.report.Page.Column;

/** The columns of the page's tables. */
final class ReportColumns {
    private static final double MICROS_PER_SECOND = 1e6;

    private ReportColumns() {}

    /**
     * The columns of a table of layers, which all have the same shape and mask.
     *
     * @param timesDense how long a row took, in times of the dense layer beside it; 0 if there is none
     */
    static List<Column<LayerRow>> layers(Function<LayerRow, Double> timesDense) {
        return List.of(
                Column.words(
                        "strategy",
                        "how the layer is computed. dense: without a mask, by matrix products. node: dense with ordinary"
                                + " dropout behind it. fused: PerNodeDrop, its mask drawn anew in each pass and never"
                                + " stored. packed: a bit a connection stored in between. materialized: the whole mask"
                                + " stored as floats. reparameterized: Gaussian noise drawn at the outputs instead, the"
                                + " same distribution",
                        LayerRow::strategy),
                Column.words("precision", "what factors keep; sums are in single precision", LayerRow::precision),
                Column.number(
                        "forward µs",
                        "microseconds of the forward pass with bias and ReLU: median of all repetitions, in brackets the"
                                + " quartiles. On a GPU by events on the device, with emptied caches",
                        row -> times(row.times().forward())),
                Column.number(
                        "backward µs",
                        "the same for the gradients of inputs, weights and bias",
                        row -> times(row.times().backward())),
                Column.number(
                        "total µs",
                        "the same for both together",
                        row -> times(row.times().total())),
                Column.number(
                        "times dense",
                        "total, in times of the dense layer's in the same comparison",
                        row -> optional(timesDense.apply(row))),
                Column.number(
                        "graph µs",
                        "microseconds a step takes when it is replayed back to back as one captured graph, a CUDA graph on a"
                                + " GPU, with warm caches: what short steps cost, launches included. None for long steps",
                        row -> row.times().graphMicros() == null
                                ? ""
                                : Numbers.of(row.times().graphMicros())),
                Column.number(
                        "repetitions",
                        "how often each pass was timed",
                        row -> Integer.toString(row.times().repetitions())),
                Column.number(
                        "multiply-adds/s",
                        "3 B T I U multiplications of an input by a weight, with their additions, over the median total",
                        row -> Numbers.prefixed(row.work().maddsPerSecond(), "")),
                Column.number(
                        "% of peak",
                        "that, of what a large square matrix product of the backend's library reached on this machine just"
                                + " before, in the same precision where there is such a peak, else in fp32",
                        row -> Numbers.of(row.work().percentOfPeak())),
                Column.number(
                        "% of bandwidth",
                        "bytes that have to be moved at least, each operand and result once and no mask, over the median"
                                + " total, of what a large copy reached",
                        row -> Numbers.of(row.work().percentOfBandwidth())),
                Column.number(
                        "mask memory",
                        "memory that holds mask values from the forward to the backward pass",
                        row -> row.work().maskBytes() == 0
                                ? "0"
                                : Numbers.bytes(row.work().maskBytes())),
                Column.number(
                        "error",
                        "the largest error that was found in the results before anything was timed: difference from sums in"
                                + " double precision by the definition, over the sum of the terms' magnitudes",
                        row -> String.format(Locale.ROOT, "%.0e", row.checkedError())));
    }

    private static String times(Quartiles times) {
        return Numbers.of(times.median()) + " (" + Numbers.of(times.low()) + "–" + Numbers.of(times.high()) + ")";
    }

    private static String optional(double value) {
        return value == 0 ? "" : Numbers.of(value);
    }

    /** The columns of a table of trainings. */
    static List<Column<TrainingRow>> trainings() {
        return List.of(
                Column.words(
                        "regularizer",
                        "what the hidden layers do against overfitting; none is a plain dense network",
                        row -> row.regularization().regularizer()),
                Column.words(
                        "strategy",
                        "how pernodedrop is computed",
                        row -> Objects.toString(row.regularization().strategy(), "")),
                Column.words(
                        "noise",
                        "what masks are drawn from",
                        row -> Objects.toString(row.regularization().noise(), "")),
                Column.number(
                        "drop rate",
                        "the share that a mask drops or perturbs",
                        row -> Objects.toString(row.regularization().dropRate(), "")),
                Column.words("network", "its layers; mlp: units of dense hidden layers", TrainingRow::network),
                Column.number("batch", "samples of a step", row -> Integer.toString(row.batchSize())),
                Column.number(
                        "epoch s",
                        "seconds of an epoch's training steps, without evaluations: median, in brackets the quartiles",
                        row -> Numbers.of(row.epoch().median() / MICROS_PER_SECOND) + " ("
                                + Numbers.of(row.epoch().low() / MICROS_PER_SECOND) + "–"
                                + Numbers.of(row.epoch().high() / MICROS_PER_SECOND) + ")"),
                Column.number(
                        "epochs",
                        "how many were timed, after one that warmed up",
                        row -> Integer.toString(row.repetitions())),
                Column.number(
                        "samples/s",
                        "examples of an epoch over its median time",
                        row -> Numbers.of(row.samplesPerSecond())));
    }
}

package org.pernodedrop.app.bench;

import org.pernodedrop.app.bench.ResultRow.Quartiles;

/** Lines of results for tests. */
public final class Rows {
    private Rows() {}

    /** A run with peaks of 1e9 multiply-adds a second, 2e9 in tf32, 4e9 in bf16, and 1e8 bytes a second; it times for 10 ms. */
    public static RunRow run() {
        return new RunRow(
                "a-run",
                "2026-11-26T12:00:00Z",
                "pernodedrop bench layers --shapes \"<1&2>\"",
                new RunRow.Software("0123abc", "1.0", "17"),
                new RunRow.Machine("Linux", "a processor, 2 cores", "cpu", "cpu (2 threads)", 2),
                "fp32",
                0.01,
                new Peaks(1024, 1e9, 2e9, 4e9, 1 << 20, 1e8));
    }

    /** A layer that took so many microseconds in all. */
    public static LayerRow layer(String strategy, int samples, int positions, int inputs, int outputs, double micros) {
        double madds = 3.0 * samples * positions * inputs * outputs;
        Quartiles times = new Quartiles(micros, micros * 0.9, micros * 1.1);
        return new LayerRow(
                "a-run",
                new LayerRow.Sizes(samples, positions, inputs, outputs),
                new LayerRow.Mask("bernoulli", 0.5, 0.5, 1),
                strategy,
                "fp32",
                1e-7,
                new LayerRow.Times(15, times, times, times, null),
                new LayerRow.Work(madds, 1000, strategy.equals("packed") ? 4096 : 0, 2, madds / micros * 1e6, 10, 20));
    }

    /** A training. */
    public static TrainingRow training(String regularizer) {
        boolean masks = regularizer.equals("pernodedrop");
        return new TrainingRow(
                "a-run",
                new TrainingRow.TrainedOn("synthetic", 60_000, 784),
                "mlp:256,256",
                128,
                new TrainingRow.Regularization(
                        regularizer, masks ? "fused" : null, masks ? "bernoulli" : null, masks ? 0.5 : null),
                false,
                5,
                new Quartiles(2e6, 1e6, 3e6),
                30_000,
                1 << 20);
    }
}

package org.pernodedrop.app.bench.report;

import java.util.List;
import org.pernodedrop.app.bench.TrainingRow;
import org.pernodedrop.app.report.Column;
import org.pernodedrop.app.report.Numbers;

/** The columns of a table of trainings. */
final class TrainingColumns {
    private static final double MICROS_PER_SECOND = 1e6;

    private TrainingColumns() {}

    static List<Column<TrainingRow>> all() {
        return List.of(
                Column.words(
                        "regularizer",
                        "what the hidden layers do against overfitting; none is a plain dense network",
                        TrainingRow::regularizer),
                Column.words(
                        "strategy", "how pernodedrop is computed", row -> row.strategy() == null ? "" : row.strategy()),
                Column.words("noise", "what masks are drawn from", row -> row.noise() == null ? "" : row.noise()),
                Column.number(
                        "drop rate",
                        "the share that a mask drops or disturbs",
                        row -> row.dropRate() == null ? "" : Double.toString(row.dropRate())),
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

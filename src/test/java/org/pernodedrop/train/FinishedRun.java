package org.pernodedrop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * The training of one network of a run, read from its files.
 *
 * @param name of the run in messages
 * @param folder of the run's files
 * @param baseline whether it is the network without a regularizer, trained after the other
 * @param report run.json
 * @param epochs metrics.csv without its header; the columns are those of {@link MetricsCsv#HEADER}
 */
record FinishedRun(String name, Path folder, boolean baseline, JsonNode report, List<double[]> epochs) {
    private static final int SECONDS = 6;

    static FinishedRun read(String name, Path folder, boolean baseline) {
        try {
            List<String> lines = Files.readAllLines(metrics(folder, baseline));
            if (!lines.get(0).equals(MetricsCsv.HEADER)) {
                throw new IllegalArgumentException("unknown columns in " + folder + ": " + lines.get(0));
            }
            List<double[]> epochs = lines.stream()
                    .skip(1)
                    .map(line -> Arrays.stream(line.split(","))
                            .mapToDouble(Double::parseDouble)
                            .toArray())
                    .toList();
            if (epochs.isEmpty()) {
                throw new IllegalArgumentException("not one epoch was finished in " + folder);
            }
            JsonNode report =
                    new ObjectMapper().readTree(folder.resolve("run.json").toFile());
            return new FinishedRun(name, folder, baseline, report, epochs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path metrics(Path folder, boolean baseline) {
        return folder.resolve(baseline ? "metrics-none.csv" : "metrics.csv");
    }

    /** The requested device. */
    String device() {
        return report.at("/settings/device").asText();
    }

    int stepsPerEpoch() {
        int batch = report.at("/settings/batch_size").asInt();
        return (report.at("/data/train_examples").asInt() + batch - 1) / batch;
    }

    /** Median of all epochs except the first, which includes one-time work. */
    double secondsPerEpoch() {
        double[] seconds = epochs.stream()
                .skip(epochs.size() > 1 ? 1 : 0)
                .mapToDouble(epoch -> epoch[SECONDS])
                .sorted()
                .toArray();
        return seconds[seconds.length / 2];
    }

    /** The largest relative difference of a loss in the first epochs. */
    double largestDifference(FinishedRun other, int count) {
        double largest = 0;
        for (int k = 0; k < count; k++) {
            for (int column : new int[] {1, 2, 4}) {
                double expected = other.epochs.get(k)[column];
                double difference =
                        Math.abs(epochs.get(k)[column] - expected) / Math.max(Math.abs(expected), Double.MIN_NORMAL);
                // NaN counts as an infinite difference.
                largest = difference <= largest ? largest : Double.isNaN(difference) ? Double.MAX_VALUE : difference;
            }
        }
        return largest;
    }

    /** Whether all numbers of the first epochs except the seconds are equal. */
    boolean equals(FinishedRun other, int count) {
        for (int k = 0; k < count; k++) {
            if (!Arrays.equals(epochs.get(k), 0, SECONDS, other.epochs.get(k), 0, SECONDS)) {
                return false;
            }
        }
        return true;
    }
}

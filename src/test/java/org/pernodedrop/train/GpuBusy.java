package org.pernodedrop.train;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Utilisation of a GPU in the steady state of a run: between the ends of its first and its last epoch.
 *
 * @param percent mean of nvidia-smi's {@code utilization.gpu}, the share of time in which some kernel ran
 * @param samples number of values behind it
 */
record GpuBusy(double percent, int samples) {
    /** Output of nvidia-smi: time, utilisation and more, one line per sample. */
    static final String SAMPLES = "gpu.csv";

    /** Times at which metrics.csv grew, with the number of lines. */
    static final String EPOCHS = "epochs.csv";

    // Fewer are not meaningful: the driver samples up to six times a second.
    private static final int ENOUGH = 5;

    /** Empty if the driver reports nothing, or the steady state was too short. */
    static Optional<GpuBusy> of(Path run) {
        // Times have one format with the year first, so they sort as text.
        List<String> ends = rows(run.resolve(EPOCHS)).stream()
                .filter(row -> row.length == 2 && Integer.parseInt(row[1]) > 1)
                .map(row -> row[0])
                .toList();
        if (ends.size() < 2) {
            return Optional.empty();
        }
        double[] busy = rows(run.resolve(SAMPLES)).stream()
                .filter(row -> row.length > 1 && row[1].matches("\\d+"))
                .filter(row -> row[0].compareTo(ends.get(0)) > 0 && row[0].compareTo(ends.get(ends.size() - 1)) <= 0)
                .mapToDouble(row -> Double.parseDouble(row[1]))
                .toArray();
        return busy.length < ENOUGH
                ? Optional.empty()
                : Optional.of(new GpuBusy(Arrays.stream(busy).average().orElseThrow(), busy.length));
    }

    private static List<String[]> rows(Path file) {
        try {
            return Files.exists(file)
                    ? Files.readAllLines(file).stream()
                            .map(line -> line.split(", *"))
                            .toList()
                    : List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

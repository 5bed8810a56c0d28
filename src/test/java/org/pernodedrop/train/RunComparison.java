package org.pernodedrop.train;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Compares runs of the same training on several devices, for {@code native-tests/gpu/check.sh}: losses of the first
 * {@value #STEPS} steps must agree within {@value #TOLERANCE} relative between devices; two runs on the same device,
 * such as one with and one without graphs, must be bit-identical in every common epoch. Also reports the duration of an
 * epoch and the utilisation of the GPU.
 *
 * <p>Adam divides a gradient by its magnitude, so rounding moves weights whose gradient is almost zero, and wide
 * networks drift apart even with the same arithmetic. The baseline without a mask, if there is one, measures this
 * drift: it must stay within {@value #DRIFT}, and the network with the mask within {@value #TIMES_DRIFT} times the
 * baseline's drift or within {@value #TOLERANCE}, whichever is larger.
 */
public final class RunComparison {
    static final int STEPS = 100;
    static final double TOLERANCE = 1e-3;
    static final double DRIFT = 1e-2;
    static final double TIMES_DRIFT = 4;

    private final List<Map<String, Object>> rows = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final List<FinishedRun> baselines;
    private final PrintStream out;

    /**
     * Compares the runs of each list with each other.
     *
     * @param baselines networks without a mask that were trained beside the runs, in the same folders; some may be
     *     missing
     */
    RunComparison(List<FinishedRun> runs, List<FinishedRun> baselines, PrintStream out) {
        this.baselines = baselines;
        this.out = out;
        out.printf(Locale.ROOT, "%-30s %7s %14s %8s %9s  %s%n", "run", "epochs", "s an epoch", "times", "GPU busy", "");
        for (List<FinishedRun> networks : List.of(runs, baselines)) {
            for (int k = 0; k < networks.size(); k++) {
                add(networks.get(k), networks.subList(0, k));
            }
        }
        failures.forEach(failure -> out.println("WRONG: " + failure));
    }

    /** Arguments: the JSON file to write, then NAME=FOLDER of each run, the reference first. */
    public static void main(String[] arguments) throws IOException {
        List<FinishedRun> runs = new ArrayList<>();
        List<FinishedRun> baselines = new ArrayList<>();
        for (String argument : List.of(arguments).subList(1, arguments.length)) {
            String[] parts = argument.split("=", 2);
            Path folder = Path.of(parts[1]);
            runs.add(FinishedRun.read(parts[0], folder, false));
            if (Files.exists(FinishedRun.metrics(folder, true))) {
                baselines.add(FinishedRun.read(parts[0] + " (none)", folder, true));
            }
        }
        RunComparison comparison = new RunComparison(runs, baselines, System.out);
        Files.writeString(Path.of(arguments[0]), comparison.json() + "\n");
        System.exit(comparison.failures.isEmpty() ? 0 : 1);
    }

    /** Violations, one line each. */
    List<String> failures() {
        return failures;
    }

    String json() throws IOException {
        Map<String, Object> all = new LinkedHashMap<>();
        all.put("runs", rows);
        all.put("steps_compared", STEPS);
        all.put("tolerance", TOLERANCE);
        all.put("wrong", failures);
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(all);
    }

    private void add(FinishedRun run, List<FinishedRun> before) {
        double[] last = run.epochs().get(run.epochs().size() - 1);
        Map<String, Object> row = new LinkedHashMap<>();
        row.put("name", run.name());
        row.put("device", run.report().get("device"));
        row.put("java", run.report().get("java"));
        row.put("settings", run.report().get("settings"));
        row.put("device_use", run.report().get("device_use"));
        row.put("steps_per_epoch", run.stepsPerEpoch());
        row.put("epochs", run.epochs().size());
        row.put("seconds_per_epoch", run.secondsPerEpoch());
        row.put("train_loss", last[2]);
        row.put("validation_loss", last[4]);
        row.put("validation_accuracy", last[5]);
        Optional<GpuBusy> busy = run.baseline() ? Optional.empty() : GpuBusy.of(run.folder());
        row.put("gpu_busy_percent", busy.map(GpuBusy::percent).orElse(null));
        row.put("gpu_samples", busy.map(GpuBusy::samples).orElse(0));
        double times = before.isEmpty() ? 1 : before.get(0).secondsPerEpoch() / run.secondsPerEpoch();
        row.put("times_as_fast_as_first", times);
        List<String> notes = new ArrayList<>();
        before.stream()
                .filter(other -> other.device().equals(run.device()))
                .findFirst()
                .ifPresent(other -> notes.add(compareBits(run, other)));
        before.stream()
                .limit(1)
                .filter(other -> !other.device().equals(run.device()))
                .forEach(other -> notes.add(compareLosses(run, other, row)));
        row.put("notes", notes);
        rows.add(row);
        out.printf(
                Locale.ROOT,
                "%-30s %7d %14.4f %8.2f %9s  %s%n",
                run.name(),
                run.epochs().size(),
                run.secondsPerEpoch(),
                times,
                busy.map(value -> String.format(Locale.ROOT, "%.0f%%", value.percent()))
                        .orElse("unknown"),
                String.join("; ", notes));
    }

    private String compareBits(FinishedRun run, FinishedRun other) {
        int common = Math.min(run.epochs().size(), other.epochs().size());
        if (run.equals(other, common)) {
            return "the same numbers as " + other.name() + " in " + common + " epochs";
        }
        failures.add(run.name() + " must give the same numbers as " + other.name() + " in its first " + common
                + " epochs, and does not");
        return "differs from " + other.name();
    }

    private String compareLosses(FinishedRun run, FinishedRun other, Map<String, Object> row) {
        int common = Math.min(run.epochs().size(), other.epochs().size());
        int held = Math.min(common, STEPS / run.stepsPerEpoch());
        double within = run.largestDifference(other, held);
        row.put("epochs_compared", held);
        row.put("largest_relative_difference", held == 0 ? null : within);
        row.put("largest_relative_difference_of_all_epochs", run.largestDifference(other, common));
        if (held == 0) {
            return "no epoch of " + STEPS + " steps or less to compare with " + other.name();
        }
        double tolerance = tolerance(run, other, held);
        row.put("tolerance", tolerance);
        if (within > tolerance) {
            failures.add("losses of the first " + STEPS + " steps must agree within " + tolerance + " relative: "
                    + run.name() + " and " + other.name() + " differ by " + within);
        }
        return String.format(Locale.ROOT, "%.1e off %s in %d epochs", within, other.name(), held);
    }

    /**
     * Permitted difference of losses: for a network with a mask it depends on the baselines' drift, if both runs have
     * one.
     */
    private double tolerance(FinishedRun run, FinishedRun other, int epochs) {
        if (run.baseline()) {
            return DRIFT;
        }
        double drift = baselineOf(run)
                .flatMap(baseline ->
                        baselineOf(other).map(otherBaseline -> baseline.largestDifference(otherBaseline, epochs)))
                .orElse(0.0);
        return Math.max(TOLERANCE, TIMES_DRIFT * Math.min(drift, DRIFT));
    }

    private Optional<FinishedRun> baselineOf(FinishedRun run) {
        return baselines.stream()
                .filter(baseline -> baseline.folder().equals(run.folder()))
                .findFirst();
    }

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
                    double difference = Math.abs(epochs.get(k)[column] - expected)
                            / Math.max(Math.abs(expected), Double.MIN_NORMAL);
                    // NaN counts as an infinite difference.
                    largest =
                            difference <= largest ? largest : Double.isNaN(difference) ? Double.MAX_VALUE : difference;
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
                    .filter(row ->
                            row[0].compareTo(ends.get(0)) > 0 && row[0].compareTo(ends.get(ends.size() - 1)) <= 0)
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
}

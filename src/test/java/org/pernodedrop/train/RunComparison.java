package org.pernodedrop.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
}

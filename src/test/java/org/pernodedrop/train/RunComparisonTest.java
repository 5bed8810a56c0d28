package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.train.RunComparison.FinishedRun;
import org.pernodedrop.train.RunComparison.GpuBusy;

/** The comparison of training runs accepts permitted differences only. */
class RunComparisonTest {
    @TempDir
    private Path directory;

    private FinishedRun run(String name, String device, int examples, double... losses) throws IOException {
        return run(name, false, device, examples, losses);
    }

    private FinishedRun run(String name, boolean baseline, String device, int examples, double... losses)
            throws IOException {
        Path folder = Files.createDirectories(directory.resolve(name));
        List<String> lines = new ArrayList<>(List.of(MetricsCsv.HEADER));
        for (int k = 0; k < losses.length; k++) {
            lines.add(String.join(",", "" + (k + 1), "" + losses[k], "1", "0.5", "2", "0.5", k == 0 ? "9" : "0.25"));
        }
        Files.write(FinishedRun.metrics(folder, baseline), lines);
        Files.writeString(
                folder.resolve("run.json"),
                "{\"device\": \"x\", \"settings\": {\"device\": \"" + device + "\", \"batch_size\": 64},"
                        + " \"data\": {\"train_examples\": " + examples + "}}");
        return FinishedRun.read(name, folder, baseline);
    }

    private static RunComparison compare(FinishedRun... runs) {
        return compare(List.of(runs), List.of());
    }

    private static List<String> failures(FinishedRun... runs) {
        return compare(runs).failures();
    }

    private static RunComparison compare(List<FinishedRun> runs, List<FinishedRun> baselines) {
        return new RunComparison(
                runs, baselines, new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8));
    }

    @Test
    void lossesMayDifferByTheToleranceWithinTheFirstSteps() throws IOException {
        FinishedRun cpu = run("cpu", "cpu", 64 * 50, 1, 1, 1);
        assertEquals(List.of(), failures(cpu, run("near", "cuda", 64 * 50, 1.0009, 0.9991, 7)));
        List<String> far = failures(cpu, run("far", "cuda", 64 * 50, 1, 1.0011, 1));
        assertEquals(1, far.size());
        assertTrue(
                far.get(0).startsWith("losses of the first 100 steps must agree within 0.001 relative: far and cpu"));
        assertEquals(
                1, failures(cpu, run("nan", "cuda", 64 * 50, 1, Double.NaN, 1)).size());
    }

    @Test
    void theNetworkWithoutAMaskTellsWhatRoundingDoes() throws IOException {
        int examples = 64 * 100;
        List<FinishedRun> baselines =
                List.of(run("cpu", true, "cpu", examples, 1), run("cuda", true, "cuda", examples, 1.0015));
        FinishedRun cpu = run("cpu", "cpu", examples, 1);
        FinishedRun near = run("cuda", "cuda", examples, 1.0055);
        assertEquals(List.of(), compare(List.of(cpu, near), baselines).failures());
        assertEquals(1, failures(cpu, near).size(), "without a yardstick");
        FinishedRun far = run("cuda", "cuda", examples, 1.0065);
        assertEquals(1, compare(List.of(cpu, far), baselines).failures().size());
    }

    @Test
    void aNetworkWithoutAMaskThatIsFarOffExcusesNothing() throws IOException {
        int examples = 64 * 100;
        FinishedRun cpu = run("cpu", "cpu", examples, 1);
        FinishedRun cuda = run("cuda", "cuda", examples, 1.041);
        List<FinishedRun> baselines =
                List.of(run("cpu", true, "cpu", examples, 1), run("cuda", true, "cuda", examples, 1.011));
        List<String> wrong = compare(List.of(cpu, cuda), baselines).failures();
        assertEquals(2, wrong.size());
        assertTrue(
                wrong.get(1).startsWith("losses of the first 100 steps must agree within 0.01 relative"), wrong.get(1));
    }

    @Test
    void runsOnTheSameDeviceAreEqual() throws IOException {
        FinishedRun cpu = run("cpu", "cpu", 640, 1, 1);
        FinishedRun graphs = run("graphs", "cuda", 640, 1.0001, 1, 1);
        assertEquals(List.of(), failures(cpu, graphs, run("same", "cuda", 640, 1.0001, 1)));
        assertEquals(
                List.of("other must give the same numbers as graphs in its first 2 epochs, and does not"),
                failures(cpu, graphs, run("other", "cuda", 640, 1.0001, 1.0000001)));
    }

    @Test
    void jsonHoldsTimesAndHowBusyTheGpuWas() throws IOException {
        FinishedRun cpu = run("cpu", "cpu", 640, 1, 1, 1);
        FinishedRun cuda = run("cuda", "cuda", 640, 1, 1, 1);
        Files.write(
                cuda.folder().resolve(GpuBusy.EPOCHS),
                List.of("2026/11/23 10:00:00.500, 1", "2026/11/23 10:00:01.000, 2", "2026/11/23 10:00:02.000, 4"));
        List<String> samples = new ArrayList<>();
        for (int k = 0; k < 30; k++) {
            // 0 before and after the steady state, 90 and 80 within it.
            int busy = k <= 10 || k > 20 ? 0 : k % 2 == 0 ? 90 : 80;
            samples.add(String.format("2026/11/23 10:00:0%d.%d00, %d, 1000", k / 10, k % 10, busy));
        }
        Files.write(cuda.folder().resolve(GpuBusy.SAMPLES), samples);
        JsonNode runs = new ObjectMapper().readTree(compare(cpu, cuda).json()).get("runs");
        assertEquals(0.25, runs.at("/1/seconds_per_epoch").asDouble());
        assertEquals(1, runs.at("/1/times_as_fast_as_first").asDouble());
        assertEquals(85, runs.at("/1/gpu_busy_percent").asDouble());
        assertEquals(10, runs.at("/1/gpu_samples").asInt());
        assertTrue(runs.at("/0/gpu_busy_percent").isNull());
    }

    @Test
    void whatTheDriverDoesNotTellIsUnknown() throws IOException {
        FinishedRun cuda = run("cuda", "cuda", 640, 1, 1, 1);
        Files.write(
                cuda.folder().resolve(GpuBusy.EPOCHS),
                List.of("2026/11/23 10:00:01.000, 2", "2026/11/23 10:00:02.000, 4"));
        Files.write(cuda.folder().resolve(GpuBusy.SAMPLES), List.of("2026/11/23 10:00:01.500, [N/A], 1000"));
        assertEquals(Optional.empty(), GpuBusy.of(cuda.folder()));
    }
}

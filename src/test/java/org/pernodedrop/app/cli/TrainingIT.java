package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.cuda.CudaDeviceUnderTest;
import org.pernodedrop.backend.cuda.SimulatedDevice;
import org.pernodedrop.data.DataSource;

/** Whole runs of {@code train} on a CUDA device. */
class TrainingIT {
    private static final String THREE_EPOCHS = "train --network mlp:24 --epochs 3 --batch-size 100 --seed 7";
    private static final String FEW_STEPS = THREE_EPOCHS + " --limit 500";
    private static final String ONE_EPOCH = "train --network mlp:8 --epochs 1 --batch-size 100 --no-twin";
    private static final List<String> FILES = List.of("metrics.csv", "metrics-none.csv");

    /** Of losses, after 3 epochs of 15 steps: rounding errors of sums, grown by the steps before. */
    private static final double TOLERANCE = 1e-3;

    @TempDir
    private Path directory;

    @BeforeAll
    static void aDeviceIsThere() {
        try (Backend device = CudaDeviceUnderTest.open()) {
            assertEquals("cuda", device.device());
        }
    }

    private JsonNode train(String line, String out, String... more) throws IOException {
        String[] options = Arrays.copyOf(more, more.length + 2);
        options[more.length] = "--out";
        options[more.length + 1] = directory.resolve(out).toString();
        Program.fine(line, (Object[]) options);
        return Program.report(directory.resolve(out));
    }

    private double[][] numbers(String out, String file) throws IOException {
        return Program.metrics(directory.resolve(out).resolve(file)).stream()
                .map(row -> row.stream().mapToDouble(Double::parseDouble).toArray())
                .toArray(double[][]::new);
    }

    @Test
    void cudaTrainsAsTheCpuDoes() throws IOException {
        JsonNode report = train(THREE_EPOCHS, "cuda", "--device", "cuda");
        train(THREE_EPOCHS, "cpu", "--device", "cpu");
        int examples =
                DataSource.parse("digits", null).load(7, 0.2, 0).validation().examples();
        for (String file : FILES) {
            double[][] expected = numbers("cpu", file);
            double[][] actual = numbers("cuda", file);
            assertEquals(3, expected.length);
            assertEquals(3, actual.length);
            for (int k = 0; k < 3; k++) {
                for (int loss : new int[] {1, 2, 4}) {
                    assertEquals(expected[k][loss], actual[k][loss], TOLERANCE * expected[k][loss], file + " " + loss);
                }
                // Samples that were about as likely one class as another.
                for (int accuracy : new int[] {3, 5}) {
                    assertEquals(expected[k][accuracy], actual[k][accuracy], 2.0 / examples, file + " " + accuracy);
                }
            }
        }
        String device = report.get("device").asText();
        assertTrue(device.startsWith("cuda"), device);
        assertEquals(CudaDeviceUnderTest.simulated().isPresent(), device.contains("simulated"), device);
        JsonNode use = report.get("device_use");
        assertTrue(use.get("graphs").asBoolean());
        assertTrue(use.get("data_on_device").asBoolean());
        assertEquals("fp32", use.get("precision").asText());
        long parameters = report.at("/networks/0/parameters").asLong();
        assertTrue(use.get("peak_memory_bytes").asLong() >= 4 * (4 * parameters + 1797 * 65), use.toString());
        assertTrue(use.get("total_memory_bytes").asLong()
                >= use.get("peak_memory_bytes").asLong());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--no-graphs", "--data-on-device=no"})
    void theSameNumbersAnyWay(String option) throws IOException {
        train(FEW_STEPS, "plain", "--device", "cuda");
        JsonNode report = train(FEW_STEPS, "other", "--device", "cuda", option);
        for (String file : FILES) {
            assertEquals(
                    Arrays.deepToString(numbers("plain", file)), Arrays.deepToString(numbers("other", file)), file);
        }
        String changed = option.contains("graphs") ? "graphs" : "data_on_device";
        assertFalse(report.at("/device_use/" + changed).asBoolean(true));
    }

    @Test
    void networksThatDoNotFitAreToldInOneLine() throws IOException {
        long total;
        try (Backend device = CudaDeviceUnderTest.open()) {
            total = device.memory().use().total();
        }
        // The largest square layers, so many that their weights alone are too much.
        int units = 46_000;
        long layers = total / (Float.BYTES * (long) units * units) + 2;
        String hidden = String.join(",", Collections.nCopies((int) layers, Integer.toString(units)));
        Program program =
                Program.runLine("train --device cuda --network mlp:" + hidden + " --out " + directory.resolve("run"));
        program.assertFailure("smaller layers", "--batch-size", "--network");
        assertFalse(Files.exists(directory.resolve("run")));
        train(ONE_EPOCH, "after", "--device", "cuda", "--limit", "100");
    }

    @Test
    void dataThatDoesNotFitIsFedOrRefused() throws IOException {
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        int examples = 6000;
        int features = 200;
        // Without masks, which take the simulated device long.
        String line = ONE_EPOCH + " --regularizer none";
        String data = "--data=csv:" + csv(examples, features);
        device.resetCounts();
        train(line, "fed", "--device", "cuda", data, "--data-on-device=no");
        long all = device.memory();
        device.setMemory(device.peakBytes() + examples * features * Float.BYTES / 4L);
        try {
            JsonNode report = train(line, "auto", "--device", "cuda", data);
            assertFalse(report.at("/device_use/data_on_device").asBoolean(true));
            assertEquals("auto", report.at("/settings/data_on_device").asText());
            Program refused = Program.runLine(
                    line + " --device cuda --data-on-device yes", data, "--out", directory.resolve("yes"));
            refused.assertFailure("(--data-on-device auto or no)");
            assertFalse(Files.exists(directory.resolve("yes")));
        } finally {
            device.setMemory(all);
        }
        train(line, "resident", "--device", "cuda", data);
        String expected = Arrays.deepToString(numbers("fed", "metrics.csv"));
        assertEquals(expected, Arrays.deepToString(numbers("auto", "metrics.csv")));
        assertEquals(expected, Arrays.deepToString(numbers("resident", "metrics.csv")));
    }

    @ParameterizedTest
    @CsvSource({"tf32, 20", "bf16, 80", "bf16x2, 1"})
    void lowerPrecisionOnRequest(String precision, int times) throws IOException {
        train(FEW_STEPS, "fp32", "--device", "cuda");
        JsonNode report = train(FEW_STEPS, precision, "--device", "cuda", "--precision", precision);
        assertEquals(precision, report.at("/device_use/precision").asText());
        for (String file : FILES) {
            double[][] expected = numbers("fp32", file);
            double[][] actual = numbers(precision, file);
            for (int k = 0; k < 3; k++) {
                for (int loss : new int[] {1, 2, 4}) {
                    assertEquals(expected[k][loss], actual[k][loss], times * TOLERANCE * expected[k][loss], file);
                }
            }
        }
    }

    // Allocations of sizes that are not rounded up: others would be tried again as they are.
    @ParameterizedTest
    @CsvSource({
        "ALLOCATION, 1",
        "ALLOCATION, 5",
        "ALLOCATION, 14",
        "COPY, 1",
        "COPY, 9",
        "COPY, 40",
        "LAUNCH, 1",
        "LAUNCH, 20",
        "LAUNCH, 30",
        "PINNED_ALLOCATION, 1",
        "GRAPH_INSTANTIATION, 1",
        "GRAPH_INSTANTIATION, 2",
        "MODULE_LOAD, 3"
    })
    void failuresOfTheDeviceAreOneLineAndLeaveNothing(SimulatedDevice.Call call, int nth) throws IOException {
        SimulatedDevice device = CudaDeviceUnderTest.requireSimulated();
        SimulatedDevice.Live before = device.live();
        device.fail(call, nth);
        Path run = directory.resolve("run");
        Program program;
        try {
            program = Program.runLine(ONE_EPOCH + " --device cuda --limit 150 --data-on-device yes --out" + " " + run);
            assertFalse(device.failurePending(call), "the run is over before that call");
        } finally {
            device.clearFailures();
        }
        program.assertFailure();
        assertFalse(Files.exists(run.resolve("run.json")));
        assertEquals(before, device.live());
        train(ONE_EPOCH, "run", "--device", "cuda", "--limit", "150");
    }

    private Path csv(int examples, int features) throws IOException {
        SplittableRandom random = new SplittableRandom(1);
        StringBuilder text = new StringBuilder();
        for (int row = -1; row < examples; row++) {
            for (int column = 0; column < features; column++) {
                text.append(row < 0 ? "f" + column : random.nextInt(100)).append(',');
            }
            text.append(row < 0 ? "label" : "class " + random.nextInt(3)).append('\n');
        }
        return Files.writeString(directory.resolve("data.csv"), text);
    }

    /** A run that was interrupted ends as if it had not been, bit for bit; and its model answers on the device. */
    @Test
    void moreEpochsAreAsIfAskedForAtOnce() throws IOException {
        String settings = "train --device cuda --limit 207 --network mlp:13,7 --batch-size 13 --epochs";
        Path whole = directory.resolve("whole");
        Path parts = directory.resolve("parts");
        Program.fine(settings + " 3 --out " + whole);
        Program.fine(settings + " 1 --out " + parts);
        Program resumed = Program.fine("train --resume " + parts + " --epochs 3");
        assertFalse(resumed.err().contains("another device"), resumed.err());
        assertFalse(resumed.out().contains("another device"), resumed.out());
        ResumeTest.assertSameRuns(whole, parts, true);
        Program.fine("predict --device cuda --model " + whole + " --monte-carlo 50 --out "
                + directory.resolve("predictions"));
    }
}

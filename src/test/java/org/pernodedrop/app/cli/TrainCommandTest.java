package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.train.DrawingMachine;
import org.pernodedrop.train.MetricsCsv;

class TrainCommandTest {
    private static final Map<String, String> SMALL = Map.of("--network", "mlp:16", "--epochs", "2", "--threads", "1");

    @TempDir
    private Path directory;

    /** Trains a small network, unless the options say otherwise. */
    private Program train(String out, String... more) {
        List<String> arguments =
                new ArrayList<>(List.of("--out", directory.resolve(out).toString()));
        arguments.addAll(List.of(more));
        SMALL.forEach((option, value) -> {
            if (!arguments.contains(option)) {
                arguments.addAll(List.of(option, value));
            }
        });
        return Program.runLine("train", arguments.toArray());
    }

    private List<List<String>> numbers(String file) throws IOException {
        return Program.metrics(directory.resolve(file));
    }

    private JsonNode report(String out) throws IOException {
        return Program.report(directory.resolve(out));
    }

    private static int examples(JsonNode data) {
        return data.get("train_examples").asInt()
                + data.get("validation_examples").asInt();
    }

    private List<String> names(String out) throws IOException {
        try (Stream<Path> files = Files.list(directory.resolve(out))) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void trainsBesideItsTwinAndWritesItDown() throws IOException {
        DrawingMachine.require();
        Program outcome = train("run", "--drop-rate", "0.3", "--seed", "7");
        outcome.assertFine();
        assertEquals(
                List.of(
                        "checkpoint-none.safetensors",
                        "checkpoint.safetensors",
                        "curves.png",
                        "metrics-none.csv",
                        "metrics.csv",
                        "model-none.safetensors",
                        "model.safetensors",
                        "run.json"),
                names("run"));
        for (String file : List.of("run/metrics.csv", "run/metrics-none.csv")) {
            List<List<String>> rows = numbers(file);
            assertEquals(2, rows.size());
            for (int k = 0; k < 2; k++) {
                assertEquals(Integer.toString(k + 1), rows.get(k).get(0));
                assertTrue(rows.get(k).stream().allMatch(value -> Double.isFinite(Double.parseDouble(value))));
            }
        }
        assertNotEquals(numbers("run/metrics.csv"), numbers("run/metrics-none.csv"));
        assertNotNull(ImageIO.read(directory.resolve("run/curves.png").toFile()));
        assertTrue(outcome.err().startsWith("device: cpu (1 thread; "), outcome.err());
        outcome.assertOut("validation accuracy");
        assertTrue(outcome.out().endsWith("curves: " + directory.resolve("run/curves.png") + System.lineSeparator()));

        JsonNode report = report("run");
        String started = report.get("started").asText();
        assertEquals(
                started,
                OffsetDateTime.parse(started).truncatedTo(ChronoUnit.SECONDS).toString());
        assertEquals(7, report.get("seed").asLong());
        assertEquals("pernodedrop", report.at("/settings/regularizer").asText());
        assertEquals("bernoulli", report.at("/settings/noise").asText());
        assertEquals(0.3, report.at("/settings/drop_rate").asDouble());
        assertEquals("mlp:16", report.at("/settings/network").asText());
        assertEquals(19 / 64.0, report.get("effective_drop_rate").asDouble());
        assertEquals(6, report.get("planes").asInt());
        assertTrue(report.get("device").asText().startsWith("cpu (1 thread; "));
        assertEquals(1797, examples(report.get("data")));
        assertEquals(
                64 * 16 + 16 + 16 * 10 + 10, report.at("/networks/0/parameters").asInt());
        assertEquals("none", report.at("/networks/1/name").asText());
        long parameters = report.at("/networks/0/parameters").asLong();
        long peak = report.at("/device_use/peak_memory_bytes").asLong();
        // Parameters, gradients, two moments, and the data; not more than that twice, and the packed masks of a batch.
        long least = 4 * (4 * parameters + 1797 * 65);
        long masks = report.at("/networks/0/strategies/0/mask_bytes").asLong();
        assertTrue(
                masks > 0 && least <= peak && peak <= 2 * least + 2 * masks,
                report.get("device_use").toString());
        assertTrue(report.at("/device_use/total_memory_bytes").asLong() >= peak);
        assertTrue(report.at("/device_use/data_on_device").asBoolean());
        assertFalse(report.at("/device_use/graphs").asBoolean(true), "the CPU has none");
        assertEquals("fp32", report.at("/device_use/precision").asText());
        assertTrue(report.at("/settings/graphs").asBoolean());
        assertEquals("auto", report.at("/settings/data_on_device").asText());
        assertEquals("fp32", report.at("/settings/precision").asText());
        outcome.assertOut(
                String.format(Locale.ROOT, "peak device memory: %.1f MiB, data on the device", peak / 1048576.0));
        assertTrue(report.at("/networks/0/test").isNull());
        List<String> last = numbers("run/metrics.csv").get(1);
        assertEquals(
                Double.parseDouble(last.get(4)),
                report.at("/networks/0/final/validation_loss").asDouble());
    }

    @Test
    void sameSeedSameMetricsOnAnyNumberOfThreads() throws IOException {
        train("one", "--network", "mlp:40,33");
        train("two", "--network", "mlp:40,33", "--threads", "2");
        train("again", "--network", "mlp:40,33");
        train("other", "--network", "mlp:40,33", "--seed", "43");
        for (String file : List.of("metrics.csv", "metrics-none.csv")) {
            assertEquals(numbers("one/" + file), numbers("two/" + file));
            assertEquals(numbers("one/" + file), numbers("again/" + file));
            assertNotEquals(numbers("one/" + file), numbers("other/" + file));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--regularizer=none",
                "--regularizer=dropout",
                "--regularizer=gaussian-dropout",
                "--regularizer=dropconnect",
                "--noise=gaussian",
                "--noise=partial-gaussian",
                "--granularity=node",
                "--fixed-mask",
                "--optimizer=sgd",
                "--optimizer=adamw",
                "--activation=gelu",
                "--schedule=cosine"
            })
    void everyKindTrains(String option) throws IOException {
        train("run", option, "--limit", "200", "--no-twin").assertFine();
        assertEquals(2, numbers("run/metrics.csv").size());
        assertFalse(Files.exists(directory.resolve("run/metrics-none.csv")));
        assertEquals(1, report("run").get("networks").size());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--data-on-device=no", "--data-on-device=yes", "--no-graphs", "--graphs"})
    void howTheDeviceIsUsedChangesNoNumber(String option) throws IOException {
        train("plain", "--data", "vowel", "--network", "mlp:40");
        Program outcome = train("other", "--data", "vowel", "--network", "mlp:40", option);
        for (String file : List.of("metrics.csv", "metrics-none.csv")) {
            assertEquals(numbers("plain/" + file), numbers("other/" + file));
        }
        for (int k = 0; k < 2; k++) {
            assertEquals(
                    report("plain").at("/networks/" + k + "/test"),
                    report("other").at("/networks/" + k + "/test"));
        }
        boolean onDevice = !option.endsWith("=no");
        assertEquals(onDevice, report("other").at("/device_use/data_on_device").asBoolean());
        outcome.assertOut(onDevice ? "data on the device" : "data on the host");
        assertEquals(
                !option.startsWith("--no"),
                report("other").at("/settings/graphs").asBoolean());
    }

    @Test
    void whatDoesNotFitIsToldBeforeAnythingIsReplaced() throws IOException {
        String earlier = MetricsCsv.HEADER + "\n";
        Files.createDirectory(directory.resolve("kept"));
        Files.writeString(directory.resolve("kept/metrics.csv"), earlier);
        for (String out : List.of("run", "kept")) {
            Program outcome = train(out, "--network", "mlp:40000,40000");
            outcome.assertFailure("smaller layers", "--batch-size", "--network");
        }
        assertFalse(Files.exists(directory.resolve("run")));
        assertEquals(List.of("metrics.csv"), names("kept"));
        assertEquals(earlier, Files.readString(directory.resolve("kept/metrics.csv")));
    }

    @Test
    void testPartIsUsedOnceAtTheEnd() throws IOException {
        Program outcome = train("run", "--data", "vowel");
        // 7 speakers say 11 vowels 6 times each.
        assertEquals(7 * 11 * 6, report("run").at("/data/test_examples").asInt());
        for (int k = 0; k < 2; k++) {
            double accuracy =
                    report("run").at("/networks/" + k + "/test/accuracy").asDouble(-1);
            assertTrue(accuracy >= 0 && accuracy <= 1);
        }
        outcome.assertOut("none, test part: loss ");
    }

    @Test
    void limitIsOnTrainAndValidationTogether() throws IOException {
        train("run", "--limit", "207").assertFine();
        assertEquals(207, examples(report("run").get("data")));
    }

    @Test
    void earlierRunIsReplaced() throws IOException {
        DrawingMachine.require();
        train("run");
        train("run", "--no-twin", "--epochs", "1");
        assertEquals(
                List.of("checkpoint.safetensors", "curves.png", "metrics.csv", "model.safetensors", "run.json"),
                names("run"));
        assertEquals(1, numbers("run/metrics.csv").size());
    }

    @Test
    void outMustBeADirectory() throws IOException {
        Files.writeString(directory.resolve("taken"), "mine");
        Program outcome = train("taken");
        outcome.assertFailure("error: out is a file: out=");
        assertFalse(outcome.err().contains("epoch"), "nothing may be trained before");
        assertEquals("mine", Files.readString(directory.resolve("taken")));
    }

    @Test
    void missingDataLeavesNoDirectory() {
        train("run", "--data", "csv:" + directory.resolve("absent.csv")).assertFailure("absent.csv");
        assertFalse(Files.exists(directory.resolve("run")));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--drop-rate=1.2 | --drop-rate must be in [0, 1): --drop-rate=1.2",
                "--drop-rate=NaN | --drop-rate must be in [0, 1): --drop-rate=NaN",
                "--drop-rate=0.9999999 | --drop-rate=0.9999999: dropRate cannot be met",
                "--drop-rate=0.9999999 --noise=partial-gaussian | --drop-rate=0.9999999: dropRate cannot be met",
                "--drop-rate=1e-20 --noise=gaussian | --drop-rate=1.0E-20: dropRate of gaussian noise must be 0 or at least",
                "--drop-rate=x | Invalid value for option '--drop-rate'",
                "--regularizer=none --drop-rate=0.5 | --drop-rate is only for a --regularizer other than none",
                "--regularizer=dropout --noise=gaussian | --noise is only for --regularizer pernodedrop",
                "--regularizer=none --granularity=node | --granularity is only for --regularizer pernodedrop",
                "--regularizer=dropconnect --fixed-mask | --fixed-mask is only for --regularizer pernodedrop",
                "--momentum=0.5 | --momentum is only for --optimizer sgd",
                "--weight-decay=0.5 | --weight-decay is only for --optimizer adamw",
                "--optimizer=sgd --momentum=1 | --momentum must be in [0, 1): --momentum=1.0",
                "--optimizer=adamw --weight-decay=-1 | --weight-decay must be finite and at least 0",
                "--noise=pink | Invalid value for option '--noise': must be one of bernoulli, gaussian,",
                "--regularizer=NONE | Invalid value for option '--regularizer': must be one of none, dropout,",
                "--device=tpu | Invalid value for option '--device': must be one of auto, cpu, cuda",
                "--data-on-device=maybe | Invalid value for option '--data-on-device': must be one of auto, yes, no",
                "--precision=fp16 | Invalid value for option '--precision': must be one of fp32, tf32, bf16, bf16x2",
                "--device=cpu --precision=tf32 | --precision tf32 is only for --device cuda or auto",
                "--data=mnist | --data must be one of digits, spambase, vowel",
                "--label=x | --label is for csv:FILE only",
                "--network=mlp:16,0 | Invalid value for option '--network': network must have at least 1 unit in each layer: network=mlp:16,0",
                "--network=a | Invalid value for option '--network'",
                "--epochs=0 | --epochs must be at least 1: --epochs=0",
                "--batch-size=0 | --batch-size must be at least 1: --batch-size=0",
                "--l2=-1 | --l2 must be finite and at least 0: --l2=-1.0",
                "--learning-rate=0 | --learning-rate must be finite and above 0: --learning-rate=0.0",
                "--patience=-1 | --patience must be at least 1, or 0 for off: --patience=-1",
                "--validation-fraction=1 | --validation-fraction must be in (0, 1): --validation-fraction=1.0",
                "--limit=-1 | --limit must be at least 1, or 0 for no limit: --limit=-1",
                "--threads=-1 | --threads must be in [0, 1024], 0 for all cores: threads=-1",
                "--unknown=1 | Unknown option: '--unknown=1'"
            })
    void wrongUsageNamesTheOption(String options, String message) {
        Program.runLine("train " + options, "--out", directory.resolve("run")).assertUsage("error: " + message);
        assertFalse(Files.exists(directory.resolve("run")));
    }
}

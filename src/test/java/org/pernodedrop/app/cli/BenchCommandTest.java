package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchCommandTest {
    private static final List<String> FIELDS =
            List.of(("record run B T I U noise drop_rate effective_drop_rate planes strategy precision "
                            + "checked_error repetitions forward_us forward_low_us forward_high_us backward_us "
                            + "backward_low_us backward_high_us total_us total_low_us total_high_us graph_us madds "
                            + "least_bytes mask_bytes intensity madds_per_s percent_of_peak percent_of_bandwidth")
                    .split(" "));
    private static final List<String> STRATEGIES = List.of("dense", "node", "fused");
    private static final String TINY = "bench layers --shapes 3x13x37 --drop-rates 0.3,0.5 --threads 2 --seconds 0.01"
            + " --strategies fused --commit abc";

    @TempDir
    Path directory;

    @Test
    void theFileHoldsARunAndAnObjectAStrategyAndRate() throws IOException {
        Path file = directory.resolve("bench.jsonl");
        Program program = Program.fine(TINY + " --json " + file);
        program.assertOut("forward us");
        program.assertOut("results: " + file);
        program.assertErr("3x13x37, bernoulli, drop rate 0.5: checked");

        List<JsonNode> results = parse(Files.readAllLines(file));
        JsonNode run = results.remove(0);
        assertEquals("run", run.get("record").asText());
        assertEquals(
                "pernodedrop " + TINY + " --json " + file, run.get("command").asText());
        assertEquals("abc", run.get("commit").asText());
        assertEquals("cpu", run.get("device").asText());
        assertEquals(2, run.get("threads").asInt());
        assertEquals("fp32", run.get("precision").asText());
        assertEquals(0.01, run.get("seconds").asDouble());
        assertTrue(run.get("peaks").get("fp32_madds_per_s").asDouble() > 0);
        assertTrue(run.get("peaks").get("tf32_madds_per_s").isNull());
        assertTrue(run.get("peaks").get("bf16_madds_per_s").isNull());
        assertTrue(run.get("peaks").get("bytes_per_s").asDouble() > 0);
        assertEquals(6, results.size());
        for (int j = 0; j < results.size(); j++) {
            JsonNode result = results.get(j);
            List<String> fields = new ArrayList<>();
            result.fieldNames().forEachRemaining(fields::add);
            assertEquals(FIELDS, fields);
            boolean first = j < 3;
            assertEquals("layer", result.get("record").asText());
            assertEquals(run.get("run"), result.get("run"));
            assertEquals(STRATEGIES.get(j % 3), result.get("strategy").asText());
            assertEquals("bernoulli", result.get("noise").asText());
            assertEquals(3, result.get("B").asInt());
            assertEquals(1, result.get("T").asInt());
            assertEquals(13, result.get("I").asInt());
            assertEquals(37, result.get("U").asInt());
            assertEquals(first ? 0.3 : 0.5, result.get("drop_rate").asDouble());
            assertEquals(
                    first ? 0.296875 : 0.5, result.get("effective_drop_rate").asDouble());
            assertEquals(first ? 6 : 1, result.get("planes").asInt());
            assertEquals(3 * 3 * 13 * 37, result.get("madds").asInt());
            assertEquals(0, result.get("mask_bytes").asInt());
            for (String time : List.of("forward_us", "backward_us", "total_us", "madds_per_s")) {
                assertTrue(result.get(time).asDouble() > 0, time);
            }
        }
        assertOnly(file);
    }

    @Test
    void withoutAFileStandardOutputHoldsNothingButTheObjects() throws IOException {
        Program program = Program.fine(TINY + " --noise partial-gaussian");
        List<JsonNode> results = parse(program.out().lines().toList());
        assertEquals(7, results.size());
        assertEquals("partial-gaussian", results.get(1).get("noise").asText());
        program.assertErr("forward us");
    }

    @Test
    void unlessToldAllStrategiesAreTried() throws IOException {
        Program program = Program.fine(
                "bench layers --shapes 2x5x33 --drop-rates 0.3 --threads 1 --seconds 0.01 --noise gaussian");
        List<JsonNode> results = parse(program.out().lines().toList());
        assertEquals("unknown", results.get(0).get("commit").asText());
        assertEquals(0, results.get(1).get("planes").asInt());
        assertEquals(0.3, results.get(1).get("effective_drop_rate").asDouble());
        program.assertErr("packed is left out: ");
    }

    @Test
    void trainingsAreTimed() throws IOException {
        Path file = directory.resolve("training.jsonl");
        Path page = directory.resolve("training.html");
        Program program = Program.fine(
                "bench training --limit 40 --network mlp:8,8 --batch-size 16 --threads 1 --seconds 0.01 --drop-rate 0.3 --json "
                        + file + " --html " + page);
        List<JsonNode> results = parse(Files.readAllLines(file));
        assertEquals(4, results.size());
        assertTrue(results.get(0).get("peaks").isNull());
        List<String> regularizers = List.of("none", "dropout", "pernodedrop");
        for (int j = 0; j < 3; j++) {
            JsonNode result = results.get(j + 1);
            assertEquals("training", result.get("record").asText());
            assertEquals("synthetic", result.get("data").asText());
            assertEquals(regularizers.get(j), result.get("regularizer").asText());
            assertEquals(40, result.get("examples").asInt());
            assertEquals(16, result.get("batch_size").asInt());
            assertTrue(result.get("epoch_us").asDouble() > 0);
            assertTrue(result.get("samples_per_s").asDouble() > 0);
        }
        program.assertOut("samples/second");
        assertTrue(Files.readString(page).contains("<h3>Trainings</h3>"));
        assertOnly(page, file);
    }

    @Test
    void pagesAreMadeFromResultsToo() throws IOException {
        Path file = directory.resolve("bench.jsonl");
        Path page = directory.resolve("bench.html");
        Path again = directory.resolve("again.html");
        Program.fine(TINY + " --json " + file + " --html " + page);
        Program program = Program.fine("bench report --json " + file + " --html " + again);
        assertEquals("page: " + again, program.out().strip());
        assertEquals(Files.readString(page), Files.readString(again));
        Program.runLine("bench report --json nowhere.jsonl --html " + again).assertFailure("nowhere.jsonl");
        assertOnly(again, page, file);
    }

    @Test
    void aloneItPrintsTheHelp() {
        Program program = Program.fine("bench");
        for (String part : List.of("layers", "training", "report")) {
            program.assertOut(part);
        }
        assertFalse(program.out().isEmpty());
    }

    @ParameterizedTest
    @CsvSource({
        "layers, --shapes, 128x784, '128x784x256'",
        "layers, --shapes, 0x784x256, 'at least 1'",
        "layers, --shapes, 1x2x3x4x5, 'SAMPLESxINPUTSxOUTPUTS'",
        "layers, --shapes, 1x2x2147483648, '2^31'",
        "layers, --suite, tall, 'paper, wide, sequence, growth'",
        "layers, --strategies, folded, 'fused, packed'",
        "layers, --strategies, auto, 'chooses'",
        "layers, --precision, tf32, '--device cuda or auto'",
        "layers, --precision, fp8, 'fp32, tf32, bf16, bf16x2'",
        "layers, --drop-rates, 1, '[0, 1)'",
        "layers, --drop-rates, '0.5,,0.3', 'number'",
        "layers, --noise, salt, 'bernoulli, gaussian, partial-gaussian'",
        "layers, --device, tpu, 'auto, cpu, cuda'",
        "layers, --threads, -1, '[0, '",
        "layers, --threads, 1025, '1024'",
        "layers, --seconds, 0, 'above 0'",
        "layers, --seconds, Infinity, 'finite'",
        "training, --network, mlp:0, 'at least 1 unit'",
        "training, --batch-size, 0, '[1, '",
        "training, --data, mnist, 'idx:DIR'",
        "training, --drop-rate, 1, '[0, 1)'",
        "training, --regularizers, none;dropout, 'pernodedrop'"
    })
    void valuesOutOfRangeAreWrongUsage(String command, String option, String value, String part) throws IOException {
        Path file = directory.resolve("bench.jsonl");
        Program.runLine("bench", command, option, value, "--json", file).assertUsage(option, part);
        assertOnly();
    }

    @Test
    void unwritableFilesAreFoundBeforeAnythingIsTimed() throws IOException {
        Path missing = directory.resolve("missing").resolve("bench.jsonl");
        for (String option : List.of("--json", "--html")) {
            Program.runLine("bench layers --seconds 1000", option, missing)
                    .assertFailure(missing.toString(), "does not exist");
            Program.runLine("bench layers --seconds 1000", option, directory)
                    .assertFailure(directory.toString(), "name a file");
        }
        assertOnly();
    }

    @Test
    void aFailureLeavesTheOldFiles() throws IOException {
        Path file = Files.writeString(directory.resolve("bench.jsonl"), "old");
        Path page = Files.writeString(directory.resolve("bench.html"), "old");
        Program.runLine("bench layers --device cuda --json " + file + " --html " + page)
                .assertFailure("cuda");
        Program.runLine("bench report --json " + file + " --html " + page)
                .assertFailure("not a line of results", file + ":1");
        assertEquals("old", Files.readString(file));
        assertEquals("old", Files.readString(page));
        assertOnly(page, file);
    }

    private static List<JsonNode> parse(List<String> lines) throws IOException {
        List<JsonNode> results = new ArrayList<>();
        for (String line : lines) {
            results.add(new ObjectMapper().readTree(line));
        }
        return results;
    }

    private void assertOnly(Path... expected) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            assertEquals(List.of(expected), files.sorted().toList());
        }
    }
}

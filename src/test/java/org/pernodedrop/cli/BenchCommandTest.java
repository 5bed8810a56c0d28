package org.pernodedrop.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
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
    private static final List<String> FIELDS = List.of(
            "kind",
            "device",
            "noise",
            "B",
            "I",
            "U",
            "drop_rate",
            "effective_drop_rate",
            "planes",
            "forward_ms",
            "backward_ms",
            "total_ms",
            "mask_bytes",
            "threads",
            "java",
            "backend");
    private static final List<String> KINDS = List.of("pernodedrop", "dense", "materialized");
    private static final String TINY = "bench --shapes 3x13x37 --drop-rates 0.3,0.5 --threads 2 --seconds 0.01";

    @TempDir
    Path directory;

    @Test
    void theFileHoldsAnObjectAKindAndRate() throws IOException {
        Path file = directory.resolve("bench.json");
        Program program = Program.runLine(TINY, "--json", file.toString());
        program.assertFine();
        assertTrue(program.out().contains("forward ms"), program.out());
        assertTrue(program.out().contains("results: " + file), program.out());
        assertTrue(program.err().contains("checked on 3 samples"), program.err());

        List<JsonNode> results = parse(Files.readAllLines(file));
        assertEquals(6, results.size());
        for (int j = 0; j < results.size(); j++) {
            JsonNode result = results.get(j);
            List<String> fields = new ArrayList<>();
            result.fieldNames().forEachRemaining(fields::add);
            assertEquals(FIELDS, fields);
            boolean first = j < 3;
            assertEquals(KINDS.get(j % 3), result.get("kind").asText());
            assertEquals("cpu", result.get("device").asText());
            assertEquals("bernoulli", result.get("noise").asText());
            assertEquals(3, result.get("B").asInt());
            assertEquals(13, result.get("I").asInt());
            assertEquals(37, result.get("U").asInt());
            assertEquals(first ? 0.3 : 0.5, result.get("drop_rate").asDouble());
            assertEquals(
                    first ? 0.296875 : 0.5, result.get("effective_drop_rate").asDouble());
            assertEquals(first ? 6 : 1, result.get("planes").asInt());
            assertTrue(result.get("forward_ms").asDouble() > 0);
            assertTrue(result.get("backward_ms").asDouble() > 0);
            assertTrue(result.get("total_ms").asDouble() > 0);
            assertEquals(
                    j % 3 == 2 ? 3 * 13 * 37 * 4 : 0, result.get("mask_bytes").asLong());
            assertEquals(2, result.get("threads").asInt());
        }
        assertOnly(file);
    }

    @Test
    void withoutAFileStandardOutputHoldsNothingButTheObjects() throws IOException {
        Program program = Program.runLine(TINY, "--noise", "partial-gaussian");
        program.assertFine();
        List<JsonNode> results = parse(program.out().lines().toList());
        assertEquals(6, results.size());
        assertEquals("partial-gaussian", results.get(0).get("noise").asText());
        assertTrue(program.err().contains("forward ms"), program.err());
    }

    @Test
    void gaussianNoiseNeedsNoPlanes() throws IOException {
        Program program = Program.runLine(
                "bench --shapes 1x1x1,2x5x33 --drop-rates 0.3 --threads 1 --seconds 0.01 --noise gaussian");
        program.assertFine();
        List<JsonNode> results = parse(program.out().lines().toList());
        assertEquals(6, results.size());
        assertEquals(0, results.get(0).get("planes").asInt());
        assertEquals(0.3, results.get(0).get("effective_drop_rate").asDouble());
        assertEquals(33, results.get(5).get("U").asInt());
    }

    @ParameterizedTest
    @CsvSource({
        "--shapes, 128x784, '128x784x256'",
        "--shapes, 0x784x256, 'at least 1'",
        "--shapes, 1x2x3x4, 'SAMPLESxINPUTSxOUTPUTS'",
        "--shapes, 1x2x2147483648, '2^31'",
        "--shapes, 1x-2x3, 'SAMPLESxINPUTSxOUTPUTS'",
        "--matrix-precision, tf32, '--device cuda or auto'",
        "--drop-rates, 1, '[0, 1)'",
        "--drop-rates, '0.5,,0.3', 'number'",
        "--noise, salt, 'bernoulli, gaussian, partial-gaussian'",
        "--device, tpu, 'auto, cpu, cuda'",
        "--threads, -1, '[0, '",
        "--threads, 1025, '1024'",
        "--seconds, 0, 'above 0'",
        "--seconds, Infinity, 'finite'"
    })
    void valuesOutOfRangeAreWrongUsage(String option, String value, String part) throws IOException {
        Path file = directory.resolve("bench.json");
        Program.runLine("bench", option, value, "--json", file.toString()).assertUsage(option, part);
        assertOnly();
    }

    @Test
    void unwritableFilesAreFoundBeforeAnythingIsTimed() throws IOException {
        Path missing = directory.resolve("missing").resolve("bench.json");
        Program program = Program.runLine("bench --seconds 1000", "--json", missing.toString());
        program.assertFailure(missing.toString(), "does not exist");
        Program.runLine("bench --seconds 1000", "--json", directory.toString())
                .assertFailure(directory.toString(), "name a file");
        assertOnly();
    }

    @Test
    void aFailureLeavesTheOldFile() throws IOException {
        Path file = Files.writeString(directory.resolve("bench.json"), "old");
        Program.runLine("bench --device cuda", "--json", file.toString()).assertFailure("cuda");
        assertEquals("old", Files.readString(file));
        assertOnly(file);
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
            assertEquals(List.of(expected), files.toList());
        }
    }
}

package org.pernodedrop.app.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {
    @TempDir
    private Path directory;

    @Test
    void rowsComeBackAsTheyWere() throws IOException {
        RunRow without = new RunRow(
                "b",
                "now",
                "c",
                new RunRow.Software("d", "e", "f"),
                new RunRow.Machine("g", "h", "cpu", "i", 1),
                "fp32",
                1,
                null);
        List<ResultRow> rows = List.of(
                Rows.run(),
                Rows.layer("dense", 1, 2, 3, 4, 100),
                Rows.training("none"),
                Rows.training("pernodedrop"),
                without);
        Path file = directory.resolve("bench.jsonl");
        try (ResultFile results = ResultFile.create(file)) {
            for (ResultRow row : rows) {
                results.add(row);
            }
            assertTrue(Files.notExists(file));
            results.commit();
        }
        assertEquals(rows, ResultFile.read(file));
    }

    /** Every field of every kind of line: missing, null, and of other types. */
    @Test
    void wrongFieldsAreRefusedByName() throws IOException {
        ObjectMapper json = new ObjectMapper();
        Set<String> optional = Set.of("peaks", "graph_us", "noise", "drop_rate");
        for (ResultRow row : List.of(Rows.run(), Rows.layer("dense", 1, 2, 3, 4, 100), Rows.training("pernodedrop"))) {
            ObjectNode whole = (ObjectNode) json.readTree(ResultFile.line(row));
            for (String field : (Iterable<String>) whole::fieldNames) {
                boolean mayBeNull = optional.contains(field) && !(row instanceof LayerRow && !field.equals("graph_us"))
                        || row instanceof TrainingRow && field.equals("strategy");
                assertEquals(mayBeNull, isRead(whole.deepCopy().putNull(field), field), field);
                assertEquals(mayBeNull, isRead(whole.deepCopy().without(field), field), field);
                assertFalse(isRead(whole.deepCopy().set(field, json.readTree("[[7]]")), field), field);
            }
        }
    }

    private boolean isRead(JsonNode line, String field) throws IOException {
        Path file = directory.resolve("fields.jsonl");
        Files.write(file, List.of(ResultFile.line(Rows.run()), line.toString()));
        try {
            return ResultFile.read(file).size() == 2;
        } catch (IOException e) {
            assertTrue(e.getMessage().startsWith("not a line of results that bench wrote: " + file + ":2: "));
            assertTrue(e.getMessage().contains(field), e.getMessage());
            return false;
        }
    }

    /** Of versions that had a precision of matrix products and one of sequences. */
    @Test
    void linesWithTwoPrecisionsAreRead() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode old = (ObjectNode) json.readTree(ResultFile.line(Rows.run()));
        old.remove("precision");
        old.withObject("/peaks").remove("bf16_madds_per_s");
        old.put("matrix_precision", "tf32");
        assertEquals("tf32", precision(old.put("sequence_precision", "tf32")));
        assertEquals("tf32, sequences in bf16", precision(old.put("sequence_precision", "bf16")));
    }

    private String precision(ObjectNode line) throws IOException {
        Path file = directory.resolve("old.jsonl");
        Files.write(file, List.of(line.toString()));
        return ((RunRow) ResultFile.read(file).get(0)).precision();
    }

    @Test
    void valuesThatCannotBeAreRefused() throws IOException {
        ObjectMapper json = new ObjectMapper();
        ObjectNode layer = (ObjectNode) json.readTree(ResultFile.line(Rows.layer("dense", 1, 2, 3, 4, 100)));
        assertFalse(isRead(layer.deepCopy().put("B", 0), "samples must be at least 1"));
        assertFalse(isRead(layer.deepCopy().put("B", 1L << 40), "field B must be a whole number"));
        assertFalse(isRead(layer.deepCopy().put("B", 1.5), "field B must be a whole number"));
        ObjectNode run = (ObjectNode) json.readTree(ResultFile.line(Rows.run()));
        run.withObject("/peaks").putNull("bytes_per_s");
        assertFalse(isRead(run, "field peaks.bytes_per_s must be a finite number: \"null\""));
        Path file = directory.resolve("latin.jsonl");
        Files.write(file, new byte[] {'{', (byte) 0xE4});
        String said =
                assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
        assertTrue(said.contains(file + " is no text in UTF-8"), said);
    }

    @Test
    void otherLinesAreRefusedByNumber() throws IOException {
        Path file = directory.resolve("bench.jsonl");
        for (String line : List.of(
                "{\"kind\": \"dense\"}",
                "{\"record\": \"other\"}",
                "no JSON",
                "",
                "null",
                "7",
                "[]",
                "{\"record\": null}",
                "{\"record\": 5}")) {
            Files.write(file, List.of(ResultFile.line(Rows.training("none")), line));
            String said =
                    assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
            assertTrue(said.startsWith("not a line of results that bench wrote: " + file + ":2: "), said);
        }
    }
}

package org.pernodedrop.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultFileTest {
    @TempDir
    private Path directory;

    @Test
    void rowsComeBackAsTheyWere() throws IOException {
        RunRow without = new RunRow("b", "now", "c", "d", "e", "f", "g", "h", "cpu", "i", 1, "fp32", "fp32", 1, null);
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

    @Test
    void otherLinesAreRefusedByNumber() throws IOException {
        Path file = directory.resolve("bench.jsonl");
        for (String line : List.of("{\"kind\": \"dense\"}", "{\"record\": \"other\"}", "no JSON", "")) {
            Files.write(file, List.of(ResultFile.line(Rows.training("none")), line));
            String said =
                    assertThrows(IOException.class, () -> ResultFile.read(file)).getMessage();
            assertTrue(said.startsWith("not a line of results that bench wrote: " + file + ":2: "), said);
        }
    }
}

package org.pernodedrop.app.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.io.FolderLock;

class RunsFileTest {
    @TempDir
    private Path directory;

    private FolderLock folder;

    @BeforeEach
    void hold() throws IOException {
        folder = FolderLock.hold(directory, notice -> {});
    }

    @AfterEach
    void letGo() {
        folder.close();
    }

    private static RunsFile.Header header(Object epochs) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("data", "digits");
        settings.put("label", null);
        settings.put("epochs", epochs);
        settings.put("learning_rate", 1e-3);
        return new RunsFile.Header(settings, Map.of("command", "compare"));
    }

    private Path written() throws IOException {
        Path path = directory.resolve("runs.jsonl");
        try (RunsFile file = RunsFile.open(folder, path, header(30))) {
            for (ComparedRun run : Runs.some()) {
                file.append(run);
            }
        }
        return path;
    }

    /** Comparisons of versions that had a precision of ordinary products alone; the file stays as it is. */
    @Test
    void theOldNameOfThePrecisionIsKnown() throws IOException {
        Path path = written();
        String old = Files.readString(path).replaceFirst("\"epochs\"", "\"matrix_precision\":\"fp32\",\"epochs\"");
        Files.writeString(path, old);
        RunsFile.Header same = header(30);
        same.settings().put("precision", "fp32");
        try (RunsFile file = RunsFile.open(folder, path, same)) {
            assertEquals(Runs.some(), file.runs());
        }
        assertEquals(old, Files.readString(path));
        RunsFile.Header other = header(30);
        other.settings().put("precision", "bf16");
        String said = assertThrows(IOException.class, () -> RunsFile.open(folder, path, other))
                .getMessage();
        assertTrue(said.contains("precision is \"fp32\" there and \"bf16\" now"), said);
    }

    @Test
    void whatWasAppendedIsReadAgain() throws IOException {
        Path path = written();
        try (RunsFile file = RunsFile.open(folder, path, header(30))) {
            assertEquals(Runs.some(), file.runs());
        }
        assertEquals(Runs.some(), RunsFile.read(path).runs());
        assertEquals("compare", RunsFile.read(path).header().environment().get("command"));
    }

    /** Wherever writing was stopped, the runs before are there, and the file can be gone on with. */
    @Test
    void tornLinesAreDropped() throws IOException {
        byte[] whole = Files.readAllBytes(written());
        String text = Files.readString(directory.resolve("runs.jsonl"));
        Path path = directory.resolve("torn.jsonl");
        ComparedRun next = Runs.of(ComparedRegularizer.DROPOUT, 0.7, 4, 0.5);
        for (int length = 0; length <= whole.length; length += 13) {
            Files.write(path, Arrays.copyOf(whole, length));
            int lines = (int)
                    text.substring(0, length).chars().filter(c -> c == '\n').count();
            List<ComparedRun> expected = Runs.some().subList(0, Math.max(0, lines - 1));
            try (RunsFile file = RunsFile.open(folder, path, header(30))) {
                assertEquals(expected, file.runs());
                file.append(next);
            }
            List<ComparedRun> runs = RunsFile.read(path).runs();
            assertEquals(expected.size() + 1, runs.size());
            assertEquals(next, runs.get(expected.size()));
        }
    }

    @Test
    void otherSettingsAreRefused() throws IOException {
        Path path = written();
        IOException e = assertThrows(IOException.class, () -> RunsFile.open(folder, path, header(31)));
        assertTrue(e.getMessage().contains("epochs is 30 there and 31 now"), e.getMessage());
        assertEquals(Runs.some(), RunsFile.read(path).runs());
    }

    @Test
    void itsFolderIsHeld() throws IOException {
        Path elsewhere = Files.createDirectory(directory.resolve("elsewhere"));
        try (FolderLock other = FolderLock.hold(elsewhere, notice -> {})) {
            Path path = directory.resolve("runs.jsonl");
            assertThrows(IllegalArgumentException.class, () -> RunsFile.open(other, path, header(30)));
            assertTrue(Files.notExists(path));
        }
    }

    @Test
    void damagedLinesAreNamed() throws IOException {
        Path path = written();
        List<String> whole = Files.readAllLines(path);
        List<String> lines = new ArrayList<>(whole);
        for (String damage : List.of("{}", "nonsense", "[1]", "{\"regularizer\":\"nothing\"}", "null", "")) {
            lines.set(2, damage);
            Files.write(path, lines);
            IOException e = assertThrows(IOException.class, () -> RunsFile.open(folder, path, header(30)));
            assertTrue(e.getMessage().contains("line 3"), e.getMessage());
        }
        for (String[] change : new String[][] {
            {"\"regularizer\":\"none\"", "\"regularizer\":null"},
            {"\"drop_rate\":null", "\"drop_rate\":0.5"},
            {"\"epochs\":[", "\"epochs\":[null,"},
            {"\"epochs\":[", "\"epochs\":null,\"x\":["},
            {"\"seed\":1", "\"seed\":null"},
            {"\"validation_loss\":0.5", "\"validation_loss\":null"},
        }) {
            assertTrue(whole.get(1).contains(change[0]), whole.get(1));
            Files.write(path, List.of(whole.get(0), whole.get(1).replace(change[0], change[1])));
            IOException e = assertThrows(IOException.class, () -> RunsFile.read(path));
            assertTrue(e.getMessage().contains("line 2"), e.getMessage());
        }
        Files.writeString(path, "{\"a\":1}\n");
        assertThrows(IOException.class, () -> RunsFile.open(folder, path, header(30)));
        Files.delete(path);
        IOException e = assertThrows(IOException.class, () -> RunsFile.read(path));
        assertTrue(e.getMessage().contains("is not there; make a comparison first"), e.getMessage());
    }
}

package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.pernodedrop.train.MetricsCsv;

/** What one run of the program gave. */
record Program(int code, String out, String err) {
    static Program run(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int code = Main.run(arguments, new PrintWriter(out), new PrintWriter(err));
        return new Program(code, out.toString(), err.toString());
    }

    /** Splits the line at blanks; the texts of {@code extra} may hold blanks. */
    static Program runLine(String line, Object... extra) {
        Stream<?> arguments = Stream.concat(Arrays.stream(line.split(" ")), Arrays.stream(extra));
        return run(arguments.map(Object::toString).toArray(String[]::new));
    }

    /** As {@link #runLine}, with success. */
    static Program fine(String line, Object... extra) {
        return runLine(line, extra).assertFine();
    }

    Program assertFine() {
        assertEquals(Main.OK, code, err);
        return this;
    }

    /** One line that names the option, a second with the way to help, and nothing else. */
    void assertUsage(String option, String... parts) {
        assertEquals(Main.USAGE, code, err);
        assertEquals("", out);
        assertEquals(2, err.lines().count(), err);
        assertTrue(err.startsWith("error: "), err);
        assertTrue(err.contains(option), err);
        assertTrue(err.contains("--help'"), err);
        assertErr(parts);
    }

    /** One line, no stack trace. */
    void assertFailure(String... parts) {
        assertEquals(Main.FAILURE, code, err);
        String error = err.lines()
                .filter(line -> line.startsWith("error: "))
                .findFirst()
                .orElse("");
        assertTrue(err.strip().endsWith(error.strip()) && !error.isEmpty(), err);
        assertFalse(err.contains("\tat "), err);
        assertErr(parts);
    }

    /** The JSON document that the program printed. */
    JsonNode json() throws IOException {
        return new ObjectMapper().readTree(out);
    }

    /** The report of a run. */
    static JsonNode report(Path run) throws IOException {
        return new ObjectMapper().readTree(run.resolve("run.json").toFile());
    }

    /** The rows of a run's metrics below the header, but for the last column, the seconds, which no two runs share. */
    static List<List<String>> metrics(Path file) throws IOException {
        List<String> lines = Files.readAllLines(file);
        assertEquals(MetricsCsv.HEADER, lines.get(0));
        List<List<String>> rows =
                lines.stream().skip(1).map(line -> List.of(line.split(","))).toList();
        for (List<String> row : rows) {
            assertEquals(7, row.size());
            assertTrue(Double.parseDouble(row.get(6)) >= 0, row.toString());
        }
        return rows.stream().map(row -> row.subList(0, 6)).toList();
    }

    /** The content of all files below a folder. */
    static Map<Path, String> contents(Path folder) throws IOException {
        Map<Path, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                contents.put(folder.relativize(file), Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return contents;
    }

    /** A table of 40 rows in two classes, of which the first is {@code 0,0} and {@code label0}. */
    static String table(String label) {
        StringBuilder text = new StringBuilder("a,b,label\n");
        for (int row = 0; row < 40; row++) {
            text.append(row * 7 % 11 + "," + row * 3 % 5 + "," + label + row % 2 + "\n");
        }
        return text.toString();
    }

    void assertOut(String... parts) {
        for (String part : parts) {
            assertTrue(out.contains(part), () -> part + " is not in: " + out);
        }
    }

    void assertErr(String... parts) {
        for (String part : parts) {
            assertTrue(err.contains(part), () -> part + " is not in: " + err);
        }
    }
}

package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.Arrays;
import java.util.stream.Stream;

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

package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.NoSuchFileException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.data.DataException;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;

class MainTest {
    @Test
    void withoutACommandTheHelpIsAnError() {
        Program program = Program.run();
        assertEquals(Main.USAGE, program.code());
        assertEquals("", program.out());
        assertTrue(program.err().contains("Usage: pernodedrop"), program.err());
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "masks --help", "bench -h"})
    void helpGoesToStandardOutput(String line) {
        Program program = Program.runLine(line);
        program.assertFine();
        assertTrue(program.out().contains("Usage: pernodedrop"), program.out());
        assertEquals("", program.err());
    }

    @Test
    void helpNamesTheValuesOfEnums() {
        String help = Program.run("masks", "--help").out();
        assertTrue(help.contains("bernoulli, gaussian, partial-gaussian"), help);
        assertTrue(help.contains("connection, node"), help);
    }

    @Test
    void versionIsTheProjects() {
        Program program = Program.run("--version");
        program.assertFine();
        assertTrue(program.out().matches("(?s)pernodedrop \\d+\\.\\d+\\.\\d+\\S*\\RJava .*"), program.out());
        assertEquals(
                "pernodedrop " + Version.current(),
                program.out().lines().findFirst().orElseThrow());
    }

    /** On a full disk, say: what went to a file is not there, and whoever reads the exit code is to know. */
    @Test
    void resultsThatCannotBeWrittenAreAFailure() {
        Writer full = new Writer() {
            @Override
            public void write(char[] text, int offset, int length) throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        StringWriter err = new StringWriter();
        assertEquals(Main.FAILURE, Main.run(new String[] {"--version"}, new PrintWriter(full), new PrintWriter(err)));
        assertTrue(err.toString().startsWith("error: standard output cannot be written to"), err.toString());
    }

    @Test
    void unknownCommandsAndOptionsAreWrongUsage() {
        Program.run("mask").assertUsage("mask", "pernodedrop --help");
        Program.run("--bogus").assertUsage("--bogus");
        Program.runLine("bench --bogus 1").assertUsage("--bogus", "pernodedrop bench --help");
    }

    @Test
    void expectedFailuresAreToldInOneLine() {
        assertEquals("error: x.csv: line 3 is ragged\n", report(new DataException("x.csv: line 3\nis ragged")));
        assertEquals("error: rate=2\n", report(new IllegalArgumentException("rate=2")));
        assertEquals("error: closed\n", report(new IllegalStateException("closed")));
        assertEquals("error: cannot write a\n", report(new IOException("cannot write a")));
        assertEquals(
                "error: NoSuchFileException: a.csv\n",
                report(new UncheckedIOException(new NoSuchFileException("a.csv"))));
        assertEquals("error: cuMemcpy failed\n", report(new DeviceException("cuMemcpy failed", null)));
        assertEquals("error: full\n", report(new OutOfDeviceMemoryException("full", new OutOfMemoryError())));
        assertEquals("error: no driver\n", report(new DeviceUnavailableException("no driver", null)));
        assertTrue(report(new OutOfMemoryError("Java heap space")).matches("error: not enough memory.*-Xmx.*\n"));
        assertEquals("error: IllegalStateException: null\n", report(new IllegalStateException()));
    }

    @Test
    void defectsShowWhereTheyAre() {
        String told = report(new NullPointerException("w"));
        assertTrue(told.startsWith("error: NullPointerException: w\n"), told);
        assertTrue(told.contains("\tat "), told);
    }

    @Test
    void stackTracesAreThereForTheAsking() {
        System.setProperty(Failures.STACK_TRACE, "true");
        try {
            assertTrue(report(new IllegalStateException("closed")).contains("\tat "));
        } finally {
            System.clearProperty(Failures.STACK_TRACE);
        }
        assertFalse(report(new IllegalStateException("closed")).contains("\tat "));
    }

    private static String report(Throwable failure) {
        StringWriter err = new StringWriter();
        assertEquals(Main.FAILURE, new Failures(new PrintWriter(err)).report(failure));
        return err.toString().replace("\r", "");
    }
}

package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class MainTest {
    @Test
    void withoutACommandTheHelpIsAnError() {
        Program program = Program.run();
        assertEquals(Main.USAGE, program.code());
        assertEquals("", program.out());
        program.assertErr("Usage: pernodedrop");
    }

    @ParameterizedTest
    @ValueSource(strings = {"--help", "masks --help", "bench -h"})
    void helpGoesToStandardOutput(String line) {
        Program program = Program.fine(line);
        program.assertOut("Usage: pernodedrop");
        assertEquals("", program.err());
    }

    @Test
    void helpNamesTheValuesOfEnums() {
        String help = Program.runLine("masks --help").out();
        assertTrue(help.contains("bernoulli, gaussian, partial-gaussian"), help);
        assertTrue(help.contains("connection, node"), help);
    }

    @Test
    void versionIsTheProjects() {
        Program program = Program.fine("--version");
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
        Program.runLine("mask").assertUsage("mask", "pernodedrop --help");
        Program.runLine("--bogus").assertUsage("--bogus");
        Program.runLine("bench --bogus 1").assertUsage("--bogus", "pernodedrop bench --help");
    }

    static Stream<CommandLine> commands() {
        List<CommandLine> all = new ArrayList<>();
        collect(Main.commandLine(), all);
        return all.stream();
    }

    private static void collect(CommandLine command, List<CommandLine> into) {
        into.add(command);
        command.getSubcommands().values().forEach(each -> collect(each, into));
    }

    /** Picocli formats every text, and warns of what is no format: a percent sign is written twice. */
    @ParameterizedTest
    @MethodSource("commands")
    void everyTextIsAFormat(CommandLine command) {
        UsageMessageSpec usage = command.getCommandSpec().usageMessage();
        Stream.of(usage.header(), usage.description(), usage.footer(), usage.customSynopsis())
                .flatMap(Arrays::stream)
                .forEach(MainTest::format);
        command.getCommandSpec().args().stream()
                .map(ArgSpec::description)
                .flatMap(Arrays::stream)
                .forEach(MainTest::format);
    }

    private static void format(String text) {
        assertEquals(text.replace("%%", "%"), String.format(text).replace(System.lineSeparator(), "%n"));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void helpShowsNoFormats(CommandLine command) {
        List<String> line =
                new ArrayList<>(List.of(command.getCommandSpec().qualifiedName().split(" ")));
        line.add("--help");
        Program program =
                Program.run(line.subList(1, line.size()).toArray(String[]::new)).assertFine();
        assertEquals("", program.err());
        program.assertOut("Usage: ");
        assertFalse(program.out().contains("%%") || program.out().contains("%n"), program.out());
        if (command.getCommandName().equals("compare")) {
            program.assertOut("with 95% intervals");
        }
    }
}

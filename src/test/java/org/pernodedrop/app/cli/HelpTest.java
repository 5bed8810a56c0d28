package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

class HelpTest {
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
                .forEach(HelpTest::format);
        command.getCommandSpec().args().stream()
                .map(ArgSpec::description)
                .flatMap(Arrays::stream)
                .forEach(HelpTest::format);
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
        Program program = Program.run(line.subList(1, line.size()).toArray(String[]::new));
        program.assertFine();
        assertEquals("", program.err());
        assertTrue(program.out().contains("Usage: "), program.out());
        assertFalse(program.out().contains("%%") || program.out().contains("%n"), program.out());
        if (command.getCommandName().equals("compare")) {
            assertTrue(program.out().contains("with 95% intervals"), program.out());
        }
    }
}

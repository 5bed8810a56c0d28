package org.pernodedrop.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README names is there: files, commands and their options. */
class ReadmeTest {
    private static final Path README = Path.of("README.md");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)\\)");
    private static final Pattern COMMAND = Pattern.compile("exec\\.args=\"([^\"]+)\"");
    private static final Pattern OPTION = Pattern.compile("`(--[a-z-]+)`");

    @Test
    void linksLeadToFiles() throws IOException {
        List<String> links = found(LINK);
        assertTrue(links.size() >= 4, "links: " + links);
        for (String link : links) {
            if (!link.startsWith("http")) {
                assertTrue(Files.exists(Path.of(link)), "README.md links to " + link);
            }
        }
    }

    @Test
    void commandsAreUnderstood() throws IOException {
        List<String> commands = found(COMMAND);
        assertTrue(commands.size() >= 6, "commands: " + commands);
        for (String command : commands) {
            assertDoesNotThrow(() -> Main.commandLine().parseArgs(command.split(" ")), command);
        }
    }

    @Test
    void optionsInTextExist() throws IOException {
        var commands = Main.commandLine().getSubcommands().values();
        List<String> unknown = found(OPTION).stream()
                .filter(option -> commands.stream()
                        .map(command -> command.getCommandSpec())
                        .noneMatch(command -> command.findOption(option) != null
                                || command.negatedOptionsMap().containsKey(option)))
                .toList();
        assertEquals(List.of(), unknown);
    }

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(README))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

    @ParameterizedTest
    @CsvSource({
        "MultiLayerNetwork network, dl4j/PerNodeDropLayerTest",
        "Model model, djl/PerNodeDropTrainerTest",
        "Trainer<Label> trainer, tribuo/PerNodeDropTrainerTest",
        "Mask mask, kernels/HostKernelsTest",
        "try (PointerKernels kernels, kernels/PointerKernelsIT"
    })
    void examplesAreThoseThatTestsRun(String start, String test) throws IOException {
        String readme = Files.readString(README);
        int from = readme.indexOf("```java\n" + start);
        assertTrue(from >= 0, start);
        String example = readme.substring(from + "```java".length(), readme.indexOf("```", from + 1));
        String tests = Files.readString(Path.of("src/test/java/org/pernodedrop/" + test + ".java"));
        assertTrue(withoutSpace(tests).contains(withoutSpace(example)), example);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s", "");
    }

    private static List<String> found(Pattern pattern) throws IOException {
        return pattern.matcher(Files.readString(README))
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}

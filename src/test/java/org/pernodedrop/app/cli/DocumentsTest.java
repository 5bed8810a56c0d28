package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The files, commands and options that the README and the pages of {@code docs} name exist. */
class DocumentsTest {
    private static final Path README = Path.of("README.md");
    private static final Path DOCS = Path.of("docs");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+)(?:#[^)]*)?\\)");
    private static final Pattern CODE = Pattern.compile("```.*?```", Pattern.DOTALL);
    private static final Pattern COMMAND = Pattern.compile("exec\\.args=\"([^\"]+)\"");
    private static final Pattern OPTION = Pattern.compile("`(--[a-z-]+)`");

    static List<Path> documents() throws IOException {
        try (Stream<Path> pages = Files.list(DOCS)) {
            return Stream.concat(Stream.of(README), pages.filter(page -> page.toString()
                            .endsWith(".md")))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreLinksCommandsAndOptions() throws IOException {
        int links = 0;
        int commands = 0;
        int options = 0;
        for (Path document : documents()) {
            links += links(document).size();
            commands += found(document, COMMAND).size();
            options += found(document, OPTION).size();
        }
        assertTrue(links >= 20 && commands >= 12 && options >= 20, links + ", " + commands + ", " + options);
    }

    @ParameterizedTest
    @MethodSource("documents")
    void linksLeadToFiles(Path document) throws IOException {
        for (String link : links(document)) {
            if (!link.startsWith("http")) {
                assertTrue(Files.exists(document.resolveSibling(link)), document + " links to " + link);
            }
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void commandsAreUnderstood(Path document) throws IOException {
        for (String command : found(document, COMMAND)) {
            assertDoesNotThrow(() -> Main.commandLine().parseArgs(command.split(" ")), command);
        }
    }

    @ParameterizedTest
    @MethodSource("documents")
    void optionsInTextExist(Path document) throws IOException {
        List<CommandSpec> commands = Main.commandLine().getSubcommands().values().stream()
                .flatMap(command -> Stream.concat(Stream.of(command), command.getSubcommands().values().stream()))
                .map(CommandLine::getCommandSpec)
                .toList();
        List<String> unknown = found(document, OPTION).stream()
                .filter(option -> commands.stream()
                        .noneMatch(command -> command.findOption(option) != null
                                || command.negatedOptionsMap().containsKey(option)))
                .toList();
        assertEquals(List.of(), unknown);
    }

    @ParameterizedTest
    @CsvSource({"Mask mask, HostKernelsTest", "try (PointerKernels kernels, PointerKernelsIT"})
    void snippetsAreThoseThatTestsRun(String start, String test) throws IOException {
        String text = Files.readString(DOCS.resolve("java.md"));
        int from = text.indexOf("```java\n" + start);
        assertTrue(from >= 0, start);
        String example = text.substring(from + "```java".length(), text.indexOf("```", from + 1));
        try (Stream<Path> tests =
                Files.find(Path.of("src/test/java"), 20, (file, is) -> file.endsWith(test + ".java"))) {
            String source = Files.readString(tests.findFirst().orElseThrow());
            assertTrue(withoutSpace(source).contains(withoutSpace(example)), example);
        }
    }

    @Test
    void theReadmeIsShort() throws IOException {
        assertTrue(Files.readAllLines(README).size() <= 120);
    }

    private static String withoutSpace(String text) {
        return text.replaceAll("\\s", "");
    }

    private static List<String> links(Path document) throws IOException {
        return found(CODE.matcher(Files.readString(document)).replaceAll(""), LINK);
    }

    private static List<String> found(Path document, Pattern pattern) throws IOException {
        return found(Files.readString(document), pattern);
    }

    private static List<String> found(String text, Pattern pattern) {
        return pattern.matcher(text)
                .results()
                .map((MatchResult match) -> match.group(1))
                .toList();
    }
}

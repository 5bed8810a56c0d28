package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The complete Java programs of the README and of the pages in {@code docs} compile and run as they are printed. */
class ExampleProgramsTest {
    private static final Pattern PROGRAM =
            Pattern.compile("```java\n((?:(?!```).)*?public class (\\w+) .*?)```", Pattern.DOTALL);
    private static final Pattern ACCURACY = Pattern.compile("accuracy (\\d[.,]\\d+)");

    @TempDir
    private Path folder;

    /** A program of a page. */
    record Program(String name, String source) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<Program> programs() throws IOException {
        try (Stream<Path> pages = Stream.concat(Stream.of(Path.of("README.md")), Files.list(Path.of("docs")))) {
            return pages.filter(page -> page.toString().endsWith(".md"))
                    .sorted()
                    .flatMap(ExampleProgramsTest::programs)
                    .toList();
        }
    }

    private static Stream<Program> programs(Path page) {
        try {
            return PROGRAM
                    .matcher(Files.readString(page))
                    .results()
                    .map((MatchResult program) -> new Program(program.group(2), program.group(1)))
                    .toList()
                    .stream();
        } catch (IOException e) {
            throw new AssertionError(page + " cannot be read", e);
        }
    }

    static Stream<Program> programsOfFrameworks() throws IOException {
        return programs().stream().filter(program -> !program.name().equals("Digits"));
    }

    @Test
    void thereIsOneForEachDoor() throws IOException {
        List<String> names = programs().stream().map(Program::name).toList();
        assertEquals(List.of("Digits", "Dl4jDigits", "DjlDigits", "TribuoDigits"), names);
    }

    @ParameterizedTest
    @MethodSource("programs")
    void programsCompile(Program program) throws IOException {
        compile(program);
    }

    @Test
    void theProgramOfTheReadmeLearnsDigits() throws IOException {
        Program program = programs().get(0);
        compile(program);
        assertTrue(accuracy(program) > 0.95);
        assertTrue(Files.exists(folder.resolve("digits.safetensors")));
    }

    @ParameterizedTest
    @MethodSource("programsOfFrameworks")
    @Tag("thorough")
    void programsOfFrameworksLearnDigits(Program program) throws IOException {
        compile(program);
        assertTrue(accuracy(program) > 0.95);
    }

    private void compile(Program program) throws IOException {
        Path file = Files.writeString(folder.resolve(program.name() + ".java"), program.source());
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            List<String> options =
                    List.of("-proc:none", "-cp", System.getProperty("java.class.path"), "-d", folder.toString());
            boolean compiled = compiler.getTask(messages, files, null, options, null, files.getJavaFileObjects(file))
                    .call();
            assertTrue(compiled, messages.toString());
        }
    }

    private double accuracy(Program program) {
        ForkedJava result = ForkedJava.run(
                folder,
                folder + File.pathSeparator + System.getProperty("java.class.path"),
                List.of("-Dpernodedrop.cuda.search=given", "-Dai.djl.offline=true"),
                Map.of("OMP_WAIT_POLICY", "PASSIVE", "OPT_OUT_TRACKING", "true"),
                program.name());
        assertEquals(0, result.code(), result.out() + result.err());
        Matcher accuracy = ACCURACY.matcher(result.out());
        assertTrue(accuracy.find(), result.out());
        return Double.parseDouble(accuracy.group(1).replace(',', '.'));
    }
}

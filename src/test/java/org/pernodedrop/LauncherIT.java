package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The launcher beside the runnable jar starts it, from anywhere and with the JVM options that it needs. */
@DisabledOnOs(OS.WINDOWS)
class LauncherIT {
    private static Path launcher;

    @TempDir
    private Path folder;

    /** What a launcher printed, and its exit code. */
    private record Result(int code, String out, String err) {}

    @BeforeAll
    static void theRunnableJarIsBuilt() throws IOException {
        launcher = LicensesIT.built("-cli.jar").toAbsolutePath().resolveSibling("pernodedrop");
    }

    @Test
    void startsThroughALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), launcher);
        Result version = run(Map.of(), link, "--version");
        assertEquals(0, version.code(), version.err());
        assertTrue(version.out().startsWith("pernodedrop "), version.out());
    }

    @Test
    void givesTheVectorApiAndTheOptionsOfTheEnvironment() throws Exception {
        Map<String, String> options =
                Map.of("JAVA_OPTS", "-Dpernodedrop.cuda.search=given -Dpernodedrop.cpu.threads=1");
        Result doctor = run(options, launcher, "doctor");
        assertTrue(doctor.out().contains("Vector API"), doctor.out() + doctor.err());
    }

    @Test
    void keepsArgumentsAndExitCode() throws Exception {
        Result unknown = run(Map.of(), launcher, "train", "--no-such-option", "a b");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("'--no-such-option', 'a b'"), unknown.err());
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Path alone = Files.copy(launcher, folder.resolve("pernodedrop"));
        Result noJar = run(Map.of(), alone, "--version");
        assertEquals(1, noJar.code());
        assertTrue(noJar.err().contains("mvn package -Prelease builds it"), noJar.err());

        Result noJava = run(Map.of("JAVA_HOME", folder.toString()), launcher, "--version");
        assertEquals(1, noJava.code());
        assertTrue(noJava.err().contains("set JAVA_HOME"), noJava.err());
    }

    private Result run(Map<String, String> variables, Path program, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        ProcessBuilder builder = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectOutput(out.toFile())
                .redirectError(err.toFile());
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(variables);
        Process process = builder.start();
        assertTrue(process.waitFor(2, TimeUnit.MINUTES), "still running: " + command);
        return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
    }
}

package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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

    @BeforeAll
    static void theRunnableJarIsBuilt() throws IOException {
        launcher = LicensesIT.built("-cli.jar").toAbsolutePath().resolveSibling("pernodedrop");
    }

    @Test
    void startsThroughALinkFromAnotherFolder() throws Exception {
        Path link = Files.createSymbolicLink(folder.resolve("a link"), launcher);
        ForkedJava version = run(Map.of(), link, "--version");
        assertEquals(0, version.code(), version.err());
        assertTrue(version.out().startsWith("pernodedrop "), version.out());
    }

    @Test
    void givesTheVectorApiAndTheOptionsOfTheEnvironment() throws Exception {
        Map<String, String> options =
                Map.of("JAVA_OPTS", "-Dpernodedrop.cuda.search=given -Dpernodedrop.cpu.threads=1");
        ForkedJava doctor = run(options, launcher, "doctor");
        assertTrue(doctor.out().contains("Vector API"), doctor.out() + doctor.err());
    }

    @Test
    void keepsArgumentsAndExitCode() throws Exception {
        ForkedJava unknown = run(Map.of(), launcher, "train", "--no-such-option", "a b");
        assertEquals(2, unknown.code());
        assertTrue(unknown.err().contains("'--no-such-option', 'a b'"), unknown.err());
    }

    @Test
    void saysWhatIsMissing() throws Exception {
        Path alone = Files.copy(launcher, folder.resolve("pernodedrop"));
        ForkedJava noJar = run(Map.of(), alone, "--version");
        assertEquals(1, noJar.code());
        assertTrue(noJar.err().contains("mvn package -Prelease builds it"), noJar.err());

        ForkedJava noJava = run(Map.of("JAVA_HOME", folder.toString()), launcher, "--version");
        assertEquals(1, noJava.code());
        assertTrue(noJava.err().contains("set JAVA_HOME"), noJava.err());
    }

    private ForkedJava run(Map<String, String> variables, Path program, String... arguments) {
        Map<String, String> environment = new HashMap<>(Map.of("JAVA_HOME", System.getProperty("java.home")));
        environment.putAll(variables);
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        return ForkedJava.run(folder, environment, command);
    }
}

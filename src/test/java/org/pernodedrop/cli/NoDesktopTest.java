package org.pernodedrop.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Small Java runtimes, such as the one that is taken to machines with a GPU, come without the desktop module. */
class NoDesktopTest {
    @TempDir
    private Path directory;

    @Test
    void trainsAndSaysThatNoCurvesWereDrawn() throws IOException, InterruptedException {
        Path out = directory.resolve("run");
        File log = directory.resolve("log").toFile();
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--limit-modules=java.logging,java.management,java.xml,jdk.unsupported",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                "train",
                "--regularizer=none",
                "--epochs=1",
                "--limit=50",
                "--hidden=8",
                "--out=" + out);
        int code = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log)
                .start()
                .waitFor();
        String said = Files.readString(log.toPath());
        assertEquals(0, code, said);
        assertTrue(said.contains("curves.png was not drawn: this Java runtime lacks graphics libraries"), said);
        assertTrue(Files.exists(out.resolve("run.json")), said);
        assertFalse(Files.exists(out.resolve("curves.png")), said);
    }
}

package org.pernodedrop.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.ForkedJava;

/** Small Java runtimes, such as the one that is taken to machines with a GPU, come without the desktop module. */
class NoDesktopTest {
    @TempDir
    private Path directory;

    @Test
    void trainsAndSaysThatNoCurvesWereDrawn() {
        Path out = directory.resolve("run");
        ForkedJava run = ForkedJava.run(
                List.of("--limit-modules=java.logging,java.management,java.xml,jdk.unsupported,jdk.incubator.vector"),
                Map.of(),
                Main.class,
                "train",
                "--device=cpu",
                "--regularizer=none",
                "--epochs=1",
                "--limit=50",
                "--hidden=8",
                "--out=" + out);
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().contains("curves.png was not drawn: this Java runtime lacks graphics libraries"), run.out());
        assertTrue(Files.exists(out.resolve("run.json")), run.err());
        assertFalse(Files.exists(out.resolve("curves.png")), run.out());
    }
}

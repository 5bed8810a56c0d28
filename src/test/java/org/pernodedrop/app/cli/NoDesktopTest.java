package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.ForkedJava;

/** Small Java runtimes, such as the one that is taken to machines with a GPU, come without the desktop module. */
@Tag("thorough")
class NoDesktopTest {
    @TempDir
    private Path directory;

    @Test
    void trainsAndSaysThatNoCurvesWereDrawn() {
        Path out = directory.resolve("run");
        ForkedJava run =
                run("train --device=cpu --regularizer=none --epochs=1 --limit=50 --network=mlp:8 --out=" + out);
        assertEquals(0, run.code(), run.err());
        assertTrue(
                run.out().contains("curves.png was not drawn: this Java runtime lacks graphics libraries"), run.out());
        assertTrue(Files.exists(out.resolve("run.json")), run.err());
        assertFalse(Files.exists(out.resolve("curves.png")), run.out());
    }

    @Test
    void pagesOfBenchmarksSayThatTheyHaveNoPlots() throws IOException {
        Path page = directory.resolve("bench.html");
        ForkedJava run = run("bench layers --shapes=1x2x3 --strategies=fused --seconds=0.01 --json="
                + directory.resolve("bench.jsonl") + " --html=" + page);
        assertEquals(0, run.code(), run.err());
        String note = "plots were not drawn: this Java runtime lacks graphics libraries";
        assertTrue(run.out().contains(note), run.out());
        String html = Files.readString(page);
        assertTrue(html.contains(note), html);
        assertTrue(html.contains("<td class=\"text\">fused</td>"), html);
        assertFalse(html.contains("<svg"), html);
    }

    private static ForkedJava run(String line) {
        return ForkedJava.run(
                List.of("--limit-modules=java.logging,java.management,java.xml,jdk.unsupported,jdk.incubator.vector"),
                Map.of(),
                Main.class,
                line.split(" "));
    }
}

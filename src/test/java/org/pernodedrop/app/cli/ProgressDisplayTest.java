package org.pernodedrop.app.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.app.cli.ProgressDisplay.TerminalNatives;
import org.pernodedrop.io.PrivateFolder;
import org.pernodedrop.train.EpochMetrics;

class ProgressDisplayTest {
    private static final String PROPERTY = "jline.tmpdir";

    private final String before = System.getProperty(PROPERTY);
    private final List<String> lines = new ArrayList<>();

    @BeforeEach
    void unset() {
        System.clearProperty(PROPERTY);
    }

    @AfterEach
    void reset() {
        if (before == null) {
            System.clearProperty(PROPERTY);
        } else {
            System.setProperty(PROPERTY, before);
        }
    }

    @Test
    void nativesGoToAPrivateFolder() throws IOException {
        assertTrue(TerminalNatives.havePrivateFolder(lines::add));
        Path folder = Path.of(System.getProperty(PROPERTY));
        assertEquals("jline", folder.getFileName().toString());
        PrivateFolder.require(folder);
        assertEquals(List.of(), lines);
    }

    @Test
    void namedFolderIsKept() {
        System.setProperty(PROPERTY, "/named");
        assertTrue(TerminalNatives.havePrivateFolder(lines::add));
        assertEquals("/named", System.getProperty(PROPERTY));
    }

    @Test
    void withoutATerminalProgressIsALineNowAndThen() {
        try (ProgressDisplay display = new ProgressDisplay("none", 25, 0, 4, false, lines::add)) {
            for (int number = 1; number <= 25; number++) {
                display.stepped();
                display.finished(
                        new EpochMetrics(number, 1.0 / number, 0.5 / number, 0.9, 0.7 / number, 1 / 3.0, 0.25));
            }
        }
        assertEquals(14, lines.size(), lines.toString());
        assertEquals(
                "none: epoch 1 of 25, train loss 0.5000, validation loss 0.7000, validation accuracy 0.3333",
                lines.get(0));
        assertTrue(lines.get(13).startsWith("none: epoch 25 of 25, "), lines.get(13));
    }
}

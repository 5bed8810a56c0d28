package org.pernodedrop.train;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pernodedrop.io.PrivateFolder;

class TerminalNativesTest {
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
    void theyGoToAPrivateFolder() throws IOException {
        assertTrue(TerminalNatives.havePrivateFolder(lines::add));
        Path folder = Path.of(System.getProperty(PROPERTY));
        assertEquals("jline", folder.getFileName().toString());
        PrivateFolder.require(folder);
        assertEquals(List.of(), lines);
    }

    @Test
    void whoNamedAFolderKeepsIt() {
        System.setProperty(PROPERTY, "/named");
        assertTrue(TerminalNatives.havePrivateFolder(lines::add));
        assertEquals("/named", System.getProperty(PROPERTY));
    }
}

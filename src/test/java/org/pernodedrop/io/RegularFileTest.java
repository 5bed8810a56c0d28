package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.Refusal;

class RegularFileTest {
    @TempDir
    Path directory;

    @Test
    void pipesAndDevicesAreRefusedBeforeTheyAreOpened() throws Exception {
        Path device = Path.of("/dev/zero");
        assumeTrue(Files.exists(device), "no /dev/zero here");
        assertTrue(refusal(device).contains("/dev/zero is a pipe or a device"), refusal(device));
        Path pipe = directory.resolve("pipe");
        int made = new ProcessBuilder("mkfifo", pipe.toString())
                .inheritIO()
                .start()
                .waitFor();
        assertEquals(0, made);
        assertTrue(refusal(pipe).contains("write its content to a file first"), refusal(pipe));
        Path link = Files.createSymbolicLink(directory.resolve("link"), pipe);
        assertTrue(refusal(link).contains("link is a pipe"), refusal(link));
    }

    private static String refusal(Path file) {
        return Refusal.message(RegularFile.NotRegularException.class, () -> RegularFile.require(file));
    }

    @Test
    void whatOpensAtOncePasses() throws IOException {
        Path file = Files.createFile(directory.resolve("file"));
        assertDoesNotThrow(() -> RegularFile.require(file));
        assertDoesNotThrow(() -> RegularFile.require(directory));
        assertDoesNotThrow(() -> RegularFile.require(directory.resolve("missing")));
    }
}

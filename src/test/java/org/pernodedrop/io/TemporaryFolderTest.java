package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.FileNames;
import org.pernodedrop.io.PrivateFolder.Access;
import org.pernodedrop.io.PrivateFolder.NotPrivateException;

class TemporaryFolderTest {
    @TempDir
    private Path parent;

    @Test
    void eachIsOfItsOwnAndGoesWithAllItHolds() throws IOException {
        try (TemporaryFolder one = TemporaryFolder.create(parent);
                TemporaryFolder other = TemporaryFolder.create(parent)) {
            assertNotEquals(one.folder().path(), other.folder().path());
            Files.writeString(one.folder().folder("a").path().resolve("library"), "");
            if (Access.hasModes()) {
                assertEquals(
                        "rwx------",
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(one.folder().path())));
            }
        }
        assertEquals(List.of(), FileNames.in(parent));
    }

    @Test
    void whereOthersCouldReplaceItNoneIsMade() throws IOException {
        Assumptions.assumeTrue(Access.hasModes(), "SKIPPED: files have no modes here");
        Files.setPosixFilePermissions(parent, PosixFilePermissions.fromString("rwxrwxrwx"));
        assertThrows(NotPrivateException.class, () -> TemporaryFolder.create(parent));
        assertEquals(List.of(), FileNames.in(parent));
    }

    @Test
    void foldersOfEndedProcessesAreSwept() throws IOException {
        Path ended = Files.createDirectory(parent.resolve("pernodedrop-natives-999999999999-1"));
        Files.writeString(ended.resolve(".lock"), "");
        Files.writeString(Files.createDirectory(ended.resolve("a")).resolve("library"), "");
        // Without a lock file: another process may be creating it.
        Path started = Files.createDirectory(parent.resolve("pernodedrop-natives-999999999999-2"));
        Path others = Files.createDirectory(parent.resolve("others"));
        Files.writeString(others.resolve(".lock"), "");
        Path link = Files.createSymbolicLink(parent.resolve("pernodedrop-natives-999999999999-3"), others);
        try (TemporaryFolder first = TemporaryFolder.create(parent)) {
            TemporaryFolder.sweep(parent);
            assertTrue(Files.exists(first.folder().path().resolve(".lock")), "that of this process was swept");
        }
        assertFalse(Files.exists(ended));
        assertTrue(Files.exists(started) && Files.exists(link) && Files.exists(others.resolve(".lock")));
    }
}

package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;
import org.pernodedrop.io.AtomicFile.TemporaryFiles;

class AtomicFileTest {
    @TempDir
    Path directory;

    @Test
    void writesAndReplacesWholeFiles() throws IOException {
        Path target = directory.resolve("a.txt");
        AtomicFile.write(target, bytes("one"));
        AtomicFile.write(target, bytes("two"));
        assertEquals("two", Files.readString(target));
        assertEquals(List.of("a.txt"), FileNames.in(directory), "no temporary file is left");
    }

    @Test
    void withoutCommitTheOldFileStays() throws IOException {
        Path target = directory.resolve("a.txt");
        Files.writeString(target, "old");
        Path temporary;
        try (AtomicFile file = AtomicFile.create(target)) {
            temporary = file.temporary();
            Files.writeString(temporary, "half");
            assertTrue(Files.exists(temporary));
            assertEquals("old", Files.readString(target));
        }
        assertFalse(Files.exists(temporary));
        assertEquals("old", Files.readString(target));
    }

    @Test
    void replacesTheFileBehindALink() throws IOException {
        Path real = Files.writeString(directory.resolve("real.txt"), "old");
        Path link = Files.createSymbolicLink(directory.resolve("link.txt"), real);
        AtomicFile.write(link, bytes("new"));
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(real));
    }

    @Test
    void refusesPlacesThatCannotHoldAFile() throws IOException {
        Path missing = directory.resolve("missing").resolve("a.txt");
        Refusal.says(
                IOException.class,
                "cannot write " + missing + ": its directory does not exist: " + missing.getParent(),
                () -> AtomicFile.create(missing));
        Refusal.says(
                IOException.class,
                "cannot write " + directory + ": it is a directory or a device; name a file",
                () -> AtomicFile.create(directory));
        Path file = Files.writeString(directory.resolve("file"), "precious");
        assertThrows(IOException.class, () -> AtomicFile.create(file.resolve("a.txt")));
        assertEquals("precious", Files.readString(file));
        // A name so long that the temporary file's name exceeds the limit.
        Path longName = directory.resolve("n".repeat(250));
        Refusal.starts(
                IOException.class,
                "cannot write " + longName + ": no file can be created in ",
                () -> AtomicFile.create(longName));
        assertEquals(List.of("file"), FileNames.in(directory));
    }

    @Test
    void reportsATargetThatBecameADirectory() throws IOException {
        Path target = directory.resolve("a.txt");
        try (AtomicFile file = AtomicFile.create(target)) {
            Files.createDirectories(target.resolve("child"));
            Refusal.starts(
                    IOException.class,
                    "cannot write " + target + ": moving the finished file there failed",
                    file::commit);
        }
        assertEquals(List.of("a.txt"), FileNames.in(directory));
    }

    /** Finished files are removed from the shutdown hook's set: otherwise every write would leak memory. */
    @Test
    void finishedFilesAreForgotten() throws IOException {
        int before = TemporaryFiles.count();
        for (int k = 0; k < 100; k++) {
            AtomicFile.write(directory.resolve("a.txt"), bytes("one"));
            try (AtomicFile dropped = AtomicFile.create(directory.resolve("b.txt"))) {
                assertEquals(before + 1, TemporaryFiles.count());
                Files.writeString(dropped.temporary(), "half");
            }
        }
        assertEquals(before, TemporaryFiles.count());
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}

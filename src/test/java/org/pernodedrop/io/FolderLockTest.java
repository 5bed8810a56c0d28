package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.FileNames;
import org.pernodedrop.Refusal;
import org.pernodedrop.Threads;
import org.pernodedrop.io.FolderLock.InUseException;

class FolderLockTest {
    @TempDir
    private Path directory;

    private static FolderLock hold(Path folder) throws IOException {
        return FolderLock.hold(folder, notice -> {});
    }

    private static String refused(Path folder) {
        return Refusal.message(InUseException.class, () -> hold(folder));
    }

    @Test
    void aSecondOneIsRefusedUntilTheFirstIsClosed() throws IOException {
        Path folder = directory.resolve("a/b");
        try (FolderLock lock = hold(folder)) {
            assertEquals(folder, lock.path());
            String message = refused(folder);
            assertTrue(message.startsWith(folder + " is in use: this process, "), message);
            assertTrue(message.contains(Long.toString(ProcessHandle.current().pid())), message);
            Path link = Files.createSymbolicLink(directory.resolve("link"), folder);
            refused(link);
            refused(folder.resolve("../b"));
            Files.writeString(folder.resolve("notes"), "mine");
        }
        try (FolderLock again = hold(folder)) {
            assertEquals(List.of(FolderLock.FILE, "notes"), FileNames.in(again.path()));
        }
        assertEquals(List.of("notes"), FileNames.in(folder));
    }

    /** The operating system releases the lock when the process ends. */
    @Test
    void anotherProcessIsRefusedUntilItIsKilled() throws Exception {
        Process other = FolderHolder.start(directory.toString());
        try {
            assertEquals(
                    "held " + directory,
                    other.inputReader(StandardCharsets.US_ASCII).readLine());
            String message = refused(directory);
            assertTrue(message.contains("process " + other.pid() + " is writing to it; wait for it"), message);
            assertEquals(message, refused(directory), "asking does not end it");
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertEquals(List.of(FolderLock.FILE), FileNames.in(directory), "killed");
        hold(directory).close();
        assertEquals(List.of(), FileNames.in(directory));
    }

    /** The lock is exclusive even while one holder deletes the file that others open. */
    @Test
    void processesAndThreadsTakeTurns() throws Exception {
        int times = 150;
        List<Process> others = new ArrayList<>();
        try {
            for (int k = 0; k < 2; k++) {
                others.add(FolderHolder.start(directory.resolve("turns").toString(), Integer.toString(times)));
            }
            Callable<Void> turns = () -> {
                FolderHolder.inTurn(directory.resolve("turns"), times);
                return null;
            };
            Threads.together(List.of(turns, turns));
            for (Process other : others) {
                assertTrue(other.waitFor(1, TimeUnit.MINUTES), "it does not end");
                assertEquals(0, other.exitValue());
            }
        } finally {

            others.forEach(Process::destroyForcibly);
        }
        // Deleted by the process that created it, unless another had locked it meanwhile.
        assertTrue(Files.notExists(directory.resolve("turns"))
                || FileNames.in(directory.resolve("turns")).isEmpty());
    }

    @Test
    void newFoldersAreNumbered() throws IOException {
        Path path = directory.resolve("runs/now");
        try (FolderLock first = FolderLock.holdNew(path, notice -> {});
                FolderLock second = FolderLock.holdNew(path, notice -> {})) {
            assertEquals(path, first.path());
            assertEquals(path.resolveSibling("now-2"), second.path());
        }
        assertEquals(List.of(), FileNames.in(directory.resolve("runs")));
    }

    @Test
    void whatIsNoFolderIsRefused() throws IOException {
        Path file = Files.writeString(directory.resolve("file"), "mine");
        assertThrows(NotDirectoryException.class, () -> hold(file));
        assertThrows(IOException.class, () -> hold(file.resolve("below")));
        assertThrows(NotDirectoryException.class, () -> FolderLock.holdExisting(directory.resolve("no"), notice -> {}));
        assertThrows(
                NotDirectoryException.class,
                () -> hold(Files.createSymbolicLink(directory.resolve("dangling"), directory.resolve("gone"))));
        assertEquals("mine", Files.readString(file));
    }

    /** Otherwise another user of the folder could make this process overwrite the link's target. */
    @Test
    void linksAreNotFollowed() throws IOException {
        Path mine = Files.writeString(directory.resolve("mine"), "mine");
        Path folder = Files.createDirectory(directory.resolve("folder"));
        Files.createSymbolicLink(folder.resolve(FolderLock.FILE), mine);
        assertThrows(IOException.class, () -> hold(folder));
        assertEquals("mine", Files.readString(mine));
    }
}

package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.io.PrivateFolder.Access;
import org.pernodedrop.io.PrivateFolder.NotPrivateException;

/** Needs files with POSIX modes. */
class PrivateFolderTest {
    private static final int SOMEBODY = 54_321;
    private static final int STICKY_FOR_ALL = 01777;

    @TempDir
    private Path given;

    private Path root;

    @BeforeEach
    void onlyWhereFilesHaveModes() throws IOException {
        Assumptions.assumeTrue(Access.hasModes(), "SKIPPED: files have no modes here");
        root = given.toRealPath();
    }

    @Test
    void aNewFolderIsForItsUserAlone() throws IOException {
        PrivateFolder folder = PrivateFolder.at(root.resolve("a/b"));
        assertEquals(root.resolve("a/b"), folder.path());
        assertEquals("rwx------", mode(root.resolve("a/b")));
        assertEquals("rwx------", mode(root.resolve("a")));
        assertEquals("rwx------", mode(folder.folder("c").path()));
        assertEquals(folder.path(), PrivateFolder.at(root.resolve("a/../a/b")).path());
    }

    @Test
    void oneThatOthersCouldOnlyReadIsClosed() throws IOException {
        Path path = folder("a", "rwxr-xr-x");
        PrivateFolder.at(path);
        assertEquals("rwx------", mode(path));
    }

    @ParameterizedTest
    @ValueSource(strings = {"rwxrwxrwx", "rwxrwx---", "rwx----w-"})
    void oneThatOthersMayWriteIsRefused(String mode) throws IOException {
        Path path = folder("a", mode);
        assertRefused(path, path, "other users may write it");
        assertEquals(mode, mode(path));
    }

    @Test
    void oneThatOthersMayReplaceIsRefusedAndNotLeftBehind() throws IOException {
        Path parent = folder("open", "rwxrwxrwx");
        assertRefused(parent.resolve("a"), parent, "other users may write it");
        assertFalse(Files.exists(parent.resolve("a")));
        Files.createDirectories(parent.resolve("b/c"));
        assertRefused(parent.resolve("b/c"), parent, "other users may write it");
    }

    @Test
    void whereEntriesStayWithTheirOwnersANewFolderIsSafe() throws IOException {
        Path parent = Files.createDirectory(root.resolve("tmp"));
        Files.setAttribute(parent, "unix:mode", STICKY_FOR_ALL);
        assertEquals("rwx------", mode(PrivateFolder.at(parent.resolve("a")).path()));
    }

    @Test
    void aLinkIsRefusedAndOneAboveIsFollowed() throws IOException {
        Path real = folder("real", "rwx------");
        Path link = Files.createSymbolicLink(root.resolve("link"), real);
        assertRefused(link, link, "it is a symbolic link");
        Path nowhere = Files.createSymbolicLink(root.resolve("nowhere"), root.resolve("absent"));
        assertRefused(nowhere, nowhere, "it is a symbolic link");
        assertEquals(real.resolve("a"), PrivateFolder.at(link.resolve("a")).path());
    }

    @Test
    void aLinkToAnOpenFolderHelpsNobody() throws IOException {
        Path open = folder("open", "rwxrwxrwx");
        Path link = Files.createSymbolicLink(root.resolve("link"), open);
        assertRefused(link.resolve("a"), open, "other users may write it");
    }

    @Test
    void filesAreNoFolders() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        assertThrows(IOException.class, () -> PrivateFolder.at(file));
        assertThrows(IOException.class, () -> PrivateFolder.at(file.resolve("a")));
        assertThrows(NotPrivateException.class, () -> PrivateFolder.at(Path.of("/")));
    }

    @Test
    void anotherUsersFolderIsRefusedAsAreFoldersInIt() throws IOException {
        Path path = folder("a", "rwx------");
        giveAway(path);
        assertRefused(path, path, "it belongs to " + SOMEBODY + ", not to ");
        assertRefused(path.resolve("b"), path, "it belongs to " + SOMEBODY);
        Path shared = Files.createDirectory(root.resolve("tmp"));
        Files.setAttribute(shared, "unix:mode", STICKY_FOR_ALL);
        Path planted = folder("tmp/planted", "rwx------");
        giveAway(planted);
        assertRefused(planted, planted, "it belongs to " + SOMEBODY + ", not to ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"file", "folder", "link"})
    void whatOthersPlantedIsFound(String kind) throws IOException {
        PrivateFolder folder = PrivateFolder.at(root.resolve("a"));
        Path planted = folder.folder("b").path().resolve("planted");
        switch (kind) {
            case "file" -> Files.writeString(planted, "evil");
            case "folder" -> Files.createDirectory(planted);
            default -> Files.createSymbolicLink(planted, root.resolve("absent"));
        }
        folder.requireOwnContent();
        giveAway(planted);
        Refusal.contains(NotPrivateException.class, planted + ": it belongs to " + SOMEBODY, folder::requireOwnContent);
    }

    @Test
    void existingFoldersAreJudgedAndLeftAsTheyAre() throws IOException {
        Path readable = folder("readable", "rwxr-xr-x");
        PrivateFolder.require(readable);
        assertEquals("rwxr-xr-x", mode(readable));
        Path open = folder("open", "rwxrwxrwx");
        assertThrows(NotPrivateException.class, () -> PrivateFolder.require(open));
        assertThrows(NotPrivateException.class, () -> PrivateFolder.requireFilesToStay(open));
        Files.setAttribute(open, "unix:mode", STICKY_FOR_ALL);
        PrivateFolder.requireFilesToStay(open);
        assertThrows(NotPrivateException.class, () -> PrivateFolder.require(open));
    }

    private static void assertRefused(Path path, Path because, String reason) {
        Refusal.starts(
                NotPrivateException.class,
                "other users could put files there: " + because + ": " + reason,
                () -> PrivateFolder.at(path));
    }

    private Path folder(String name, String mode) throws IOException {
        Path path = Files.createDirectory(root.resolve(name));
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
        return path;
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path, LinkOption.NOFOLLOW_LINKS));
    }

    /** Changes a file's owner; skips the test with a message if that is not permitted. */
    private static void giveAway(Path path) {
        try {
            Files.setAttribute(path, "unix:uid", SOMEBODY, LinkOption.NOFOLLOW_LINKS);
        } catch (IOException | UnsupportedOperationException e) {
            String skipped = "SKIPPED: only root can make a file somebody else's: " + e;
            System.err.println(skipped);
            Assumptions.abort(skipped);
        }
    }
}

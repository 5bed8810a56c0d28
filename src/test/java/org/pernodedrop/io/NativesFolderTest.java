package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.pernodedrop.Refusal;
import org.pernodedrop.io.PrivateFolder.Access;

class NativesFolderTest {
    private final Map<String, String> variables = new HashMap<>();
    private final Properties properties = new Properties();

    @TempDir
    private Path given;

    private Path root;
    private Path home;
    private Path temporary;

    @BeforeEach
    void aHomeAndAFolderForTemporaryFiles() throws IOException {
        root = given.toRealPath();
        home = Files.createDirectory(root.resolve("ada"));
        temporary = Files.createDirectory(root.resolve("tmp"));
        properties.setProperty("user.home", home.toString());
        properties.setProperty("java.io.tmpdir", temporary.toString());
    }

    @Test
    void itLiesInTheCacheOfTheUser() throws IOException {
        assertChosen(home.resolve(".cache/pernodedrop/javacpp"));
        variables.put("XDG_CACHE_HOME", root.resolve("caches").toString());
        assertChosen(root.resolve("caches/pernodedrop/javacpp"));
        // The XDG specification says to ignore relative paths.
        variables.put("XDG_CACHE_HOME", "relative");
        assertChosen(home.resolve(".cache/pernodedrop/javacpp"));
        properties.setProperty(NativesFolder.PROPERTY, root.resolve("named").toString());
        assertChosen(root.resolve("named/pernodedrop/javacpp"));
    }

    private void assertChosen(Path path) throws IOException {
        NativesFolder folder = new NativesFolder(variables, properties);
        assertEquals(path, folder.of("javacpp").path());
        assertFalse(folder.isTemporary());
    }

    @ParameterizedTest
    @ValueSource(strings = {"?", "", "relative", "/nonexistent/ada", "/dev/null"})
    void withoutAHomeItIsNewAndTemporary(String noHome) throws IOException {
        properties.setProperty("user.home", noHome);
        assertTemporary();
        assertFalse(Files.exists(Path.of("?")));
        assertFalse(Files.exists(Path.of("/nonexistent")));
    }

    @Test
    void whereTheCacheIsNoFolderItIsTemporary() throws IOException {
        Files.createFile(home.resolve(".cache"));
        assertTemporary();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".cache", ".cache/pernodedrop"})
    void whereOthersMayWriteItIsTemporary(String open) throws IOException {
        Assumptions.assumeTrue(Access.hasModes(), "SKIPPED: files have no modes here");
        Path planted = Files.createDirectories(home.resolve(".cache/pernodedrop/javacpp"));
        Files.setPosixFilePermissions(home.resolve(open), PosixFilePermissions.fromString("rwxrwxrwx"));
        assertTemporary();
        assertTrue(Files.exists(planted));
    }

    private void assertTemporary() throws IOException {
        NativesFolder folder = new NativesFolder(variables, properties);
        Path path = folder.of("javacpp").path();
        assertTrue(path.getParent().getFileName().toString().startsWith("pernodedrop-natives-"), path.toString());
        assertEquals(temporary, path.getParent().getParent());
        assertEquals(path, folder.of("javacpp").path());
        assertTrue(folder.isTemporary());
    }

    @Test
    void aNamedFolderThatCannotBeHadIsAnError() throws IOException {
        Path file = Files.createFile(root.resolve("file"));
        properties.setProperty(NativesFolder.PROPERTY, file.toString());
        String said = said();
        assertTrue(said.startsWith("pernodedrop.natives must name a folder that only you can write: "), said);
        assertTrue(said.contains("pernodedrop.natives=" + file), said);
        properties.setProperty(NativesFolder.PROPERTY, "");
        assertEquals("pernodedrop.natives must name a folder: pernodedrop.natives=", said());
    }

    @Test
    void whereNoneIsPrivateTheWayOutIsTold() throws IOException {
        Assumptions.assumeTrue(Access.hasModes(), "SKIPPED: files have no modes here");
        properties.setProperty("user.home", "?");
        Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString("rwxrwxrwx"));
        String said = said();
        assertTrue(said.startsWith("there is no private folder for native libraries ("), said);
        assertTrue(said.contains("user.home=?") && said.contains(temporary + ": other users may write it"), said);
        assertTrue(said.endsWith("name one by -Dpernodedrop.natives=DIR"), said);
    }

    private String said() {
        NativesFolder folder = new NativesFolder(variables, properties);
        return Refusal.message(IOException.class, () -> folder.of("javacpp"));
    }
}

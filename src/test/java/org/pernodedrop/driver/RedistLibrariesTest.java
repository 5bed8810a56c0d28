package org.pernodedrop.driver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.io.NativesFolder;

class RedistLibrariesTest {
    private static final String FOLDER = "org/bytedeco/cuda/linux-x86_64/";
    private static final String CUBLAS = "libcublas.so.12";

    @TempDir
    private Path folder;

    @Test
    void aLibraryIsUnpackedOnce() throws IOException {
        try (URLClassLoader classes = classPath(jar("a.jar", "one library"))) {
            RedistLibraries libraries = cached(classes);
            assertTrue(libraries.holds(CUBLAS));
            Path file = libraries.file(CUBLAS);
            assertEquals(CUBLAS, file.getFileName().toString());
            assertTrue(file.startsWith(folder.resolve("cache")), file.toString());
            assertEquals("one library", Files.readString(file));
            FileTime longAgo = FileTime.fromMillis(1_000_000);
            Files.setLastModifiedTime(file, longAgo);
            assertEquals(file, libraries.file(CUBLAS));
            assertEquals(longAgo, Files.getLastModifiedTime(file), "unpacked again");
        }
    }

    @Test
    void aHalfWrittenFileIsReplaced() throws IOException {
        try (URLClassLoader classes = classPath(jar("a.jar", "one library"))) {
            RedistLibraries libraries = cached(classes);
            Path file = libraries.file(CUBLAS);
            Files.writeString(file, "one li");
            assertEquals(file, libraries.file(CUBLAS));
            assertEquals("one library", Files.readString(file));
            try (Stream<Path> files = Files.list(file.getParent())) {
                assertEquals(List.of(file), files.toList(), "temporary files are left");
            }
        }
    }

    @Test
    void anotherVersionLeavesTheFirstInPlace() throws IOException {
        try (URLClassLoader one = classPath(jar("a.jar", "one library"));
                URLClassLoader other = classPath(jar("b.jar", "two library"))) {
            Path first = cached(one).file(CUBLAS);
            Path second = cached(other).file(CUBLAS);
            assertNotEquals(first, second);
            assertEquals("one library", Files.readString(first));
            assertEquals("two library", Files.readString(second));
        }
    }

    @Test
    void unpackedClassPathsServeAsTheyAre() throws IOException {
        Path classes = Files.createDirectories(folder.resolve("classes").resolve(FOLDER));
        Path file = Files.write(classes.resolve(CUBLAS), new byte[] {1, 2, 3});
        try (URLClassLoader loader = classPath(folder.resolve("classes"))) {
            Path found = cached(loader).file(CUBLAS);
            assertEquals(file, found);
            assertArrayEquals(new byte[] {1, 2, 3}, Files.readAllBytes(found));
            assertFalse(Files.exists(folder.resolve("cache")));
        }
    }

    @Test
    void otherClassPathsHoldNothing() throws IOException {
        try (URLClassLoader classes = classPath(folder)) {
            assertFalse(new RedistLibraries(classes, NativesFolder.in(folder)).holds(CUBLAS));
        }
        assertFalse(RedistLibraries.ofThisProgram().holds(CUBLAS));
    }

    @Test
    void aCacheThatCannotBeWrittenIsNamed() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "");
        try (URLClassLoader classes = classPath(jar("a.jar", "one library"))) {
            RedistLibraries libraries = new RedistLibraries(classes, NativesFolder.in(file));
            String said = assertThrows(IOException.class, () -> libraries.file(CUBLAS))
                    .getMessage();
            assertTrue(said.contains(file.toString()), said);
        }
    }

    private RedistLibraries cached(ClassLoader classPath) {
        return new RedistLibraries(classPath, NativesFolder.in(folder.resolve("cache")));
    }

    private Path jar(String name, String content) throws IOException {
        Path jar = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream entries = new JarOutputStream(out)) {
            entries.putNextEntry(new JarEntry(FOLDER + CUBLAS));
            entries.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    private static URLClassLoader classPath(Path entry) throws IOException {
        return new URLClassLoader(new URL[] {entry.toUri().toURL()}, null);
    }
}

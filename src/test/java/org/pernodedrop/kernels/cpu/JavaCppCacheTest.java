package org.pernodedrop.kernels.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pernodedrop.ForkedJava;

class JavaCppCacheTest {
    private static final String FOLDER = "org/bytedeco/openblas/linux-x86_64/";
    private static final String CACHE_PROPERTY = "org.bytedeco.javacpp.cachedir";
    private static final String AGAIN = "again";
    private static final String UNPACKED = "pernodedrop-natives-";

    @TempDir
    private Path root;

    @Test
    void filesThatAreNotThoseOfTheJarsAreDeleted() throws IOException {
        Path jar = jar("openblas.jar", "library");
        Path cache = Files.createDirectory(root.resolve("cache"));
        Path whole = put(cache, "openblas.jar/" + FOLDER + "lib.so", "library");
        // JavaCPP gives some files another name.
        Path renamed = put(cache, "openblas.jar/" + FOLDER + "lib_nolapack.so", "library");
        Path link = Files.createSymbolicLink(whole.resolveSibling("link.so"), whole);
        Path otherJar = put(cache, "other.jar/" + FOLDER + "lib.so", "another");
        // Size and date are all that JavaCPP compares.
        Path planted = put(cache, "openblas.jar/" + FOLDER + "planted.so", "LIBRARY");
        Path damaged = put(cache, "openblas.jar/" + FOLDER + "half.so", "libr");
        FileTime date = FileTime.fromMillis(1_000_000_000_000L);
        Files.setLastModifiedTime(planted, date);
        try (URLClassLoader classPath =
                new URLClassLoader(new URL[] {jar.toUri().toURL()}, null)) {
            JavaCppCache.deleteForeign(cache, classPath);
            JavaCppCache.deleteForeign(cache, classPath);
        }
        assertTrue(Files.exists(whole) && Files.exists(renamed) && Files.exists(link) && Files.exists(otherJar));
        assertFalse(Files.exists(planted), "planted");
        assertFalse(Files.exists(damaged), "damaged");
    }

    private Path jar(String name, String content) throws IOException {
        Path jar = root.resolve(name);
        try (JarOutputStream entries = new JarOutputStream(Files.newOutputStream(jar))) {
            entries.putNextEntry(new JarEntry(FOLDER));
            entries.putNextEntry(new JarEntry(FOLDER + "lib.so"));
            entries.write(content.getBytes(StandardCharsets.UTF_8));
        }
        return jar;
    }

    private static Path put(Path folder, String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @Test
    void withoutAHomeOpenBlasComesFromAPrivateFolderAndNothingIsLeft() throws IOException {
        onlyWithNatives();
        Path temporary = Files.createDirectory(root.resolve("tmp")).toRealPath();
        // Where JavaCPP would look by itself.
        Path known =
                Files.createDirectories(temporary.resolve(".javacpp-" + System.getProperty("user.name") + "/cache"));
        ForkedJava run = ForkedJava.run(
                List.of("-Duser.home=?", "-Djava.io.tmpdir=" + temporary),
                Map.of("XDG_CACHE_HOME", ""),
                WhereOpenBlasIs.class);
        assertEquals(0, run.code(), run.err());
        List<String> said = run.out().lines().toList();
        assertTrue(said.get(0).startsWith("OpenBLAS 0."), run.out());
        assertTrue(said.get(1).startsWith(temporary.resolve(UNPACKED).toString()), run.out());
        assertEquals("rwx------ rwx------", said.get(2));
        // netlib's copy is gone while the process lives, as far as the system shows it.
        assertEquals(onLinux() ? "copies of netlib: 0" : "copies of netlib: 1", said.get(3));
        assertEquals(List.of(known.getParent()), left(temporary));
        assertEquals(List.of(), left(known));
        assertFalse(Files.exists(Path.of("?")), "a folder ? was made in the current one");
    }

    @Test
    void whoChoseAFolderBeforeKeepsItAndIsWarnedOfOthers() throws IOException {
        onlyWithNatives();
        Path named = Files.createDirectory(root.resolve("named")).toRealPath();
        Files.setPosixFilePermissions(named, PosixFilePermissions.fromString("rwxrwxrwx"));
        ForkedJava run =
                ForkedJava.run(List.of("-D" + CACHE_PROPERTY + "=" + named), Map.of(), WhereOpenBlasIs.class, AGAIN);
        assertEquals(0, run.code(), run.err());
        assertTrue(run.out().lines().toList().get(1).startsWith(named.toString()), run.out());
        // Once for the property; once without it, for JavaCPP keeps to the folder it had first.
        assertEquals(3, run.err().split("JavaCPP unpacks native libraries to " + named).length, run.err());
        assertTrue(run.err().contains("other users may write it"), run.err());
    }

    private static void onlyWithNatives() {
        assumeTrue(!System.getProperty("os.name").startsWith("Windows"), "SKIPPED: files have no modes here");
        assumeTrue(System.getProperty(CACHE_PROPERTY) == null, "SKIPPED: a folder for JavaCPP was named");
        assumeTrue(
                BlasLibrary.open("auto").description().startsWith("OpenBLAS"),
                "SKIPPED: OpenBLAS has no natives for this machine");
    }

    private static boolean onLinux() {
        return System.getProperty("os.name").equals("Linux");
    }

    private static List<Path> left(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> !file.getFileName().toString().startsWith("hsperfdata"))
                    .toList();
        }
    }

    /** Says what OpenBLAS is there, its file, the modes of the folders for it, and how many copies netlib has on the disk. */
    static final class WhereOpenBlasIs {
        private WhereOpenBlasIs() {}

        public static void main(String[] arguments) throws IOException {
            System.out.println(BlasLibrary.open("native").description());
            Path file = Path.of(System.getProperty(BlasLibrary.LIBRARY_PATH)).toRealPath();
            System.out.println(file);
            Path folder = Loader.getCacheDir().toPath();
            System.out.println(mode(folder.getParent()) + " " + mode(folder));
            try (Stream<Path> copies = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
                System.out.println("copies of netlib: "
                        + copies.filter(copy -> copy.getFileName().toString().startsWith("libnetlib"))
                                .count());
            }
            if (List.of(arguments).contains(AGAIN)) {
                System.clearProperty(CACHE_PROPERTY);
                JavaCppCache.prepare();
            }
        }

        private static String mode(Path folder) {
            try {
                return PosixFilePermissions.toString(Files.getPosixFilePermissions(folder));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

package org.pernodedrop.kernels.cpu;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.jar.JarFile;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bytedeco.javacpp.Loader;
import org.pernodedrop.io.NativesFolder;
import org.pernodedrop.io.PrivateFolder;

/**
 * The folder to which JavaCPP unpacks OpenBLAS. By default JavaCPP uses {@code ~/.javacpp/cache}, or without a home a
 * predictable folder among the temporary files, and loads whatever lies there with the right names and dates. This class
 * gives it a folder of {@link NativesFolder}, whose files are compared with those of the jars.
 *
 * <p>A folder named by JavaCPP's own system property is kept, and so is the one that JavaCPP chose if the program used it
 * before; if others can write there, a warning is logged. JavaCPP uses one folder for the life of the process: libraries
 * that a program loads by it later are unpacked to the same folder.
 */
final class JavaCppCache {
    private static final String PROPERTY = "org.bytedeco.javacpp.cachedir";

    // JavaCPP reads both spellings.
    private static final List<String> PROPERTIES = List.of(PROPERTY, "org.bytedeco.javacpp.cacheDir");
    private static final String LIBRARY = "javacpp";
    private static final String LOCK = ".lock";
    private static final int BUFFER = 1 << 20;
    private static final Logger LOGGER = Logger.getLogger(JavaCppCache.class.getName());

    private JavaCppCache() {}

    /**
     * Chooses the folder, before JavaCPP loads anything.
     *
     * @throws UncheckedIOException if no private folder can be had, with a one-line message
     */
    static void prepare() {
        try {
            if (PROPERTIES.stream().anyMatch(name -> System.getProperty(name) != null)) {
                warnOfOthers(Loader.getCacheDir());
                return;
            }
            PrivateFolder folder = NativesFolder.ofThisProcess().of(LIBRARY);
            File used = usedAfterNaming(folder.path());
            if (used.toPath().toRealPath().equals(folder.path())) {
                deleteForeign(folder.path(), JavaCppCache.class.getClassLoader());
            } else {
                warnOfOthers(used);
            }
        } catch (IOException e) {
            // Some exceptions of the system have no message, or only the name of a file.
            boolean bare = e.getMessage() == null || e instanceof FileSystemException;
            throw new UncheckedIOException("OpenBLAS cannot be unpacked: " + (bare ? e.toString() : e.getMessage()), e);
        }
    }

    /** JavaCPP reads the property once; it is cleared again for child processes, which choose their own folder. */
    private static File usedAfterNaming(Path folder) throws IOException {
        System.setProperty(PROPERTY, folder.toString());
        try {
            return Loader.getCacheDir();
        } finally {
            System.clearProperty(PROPERTY);
        }
    }

    private static void warnOfOthers(File folder) {
        try {
            PrivateFolder.require(folder.toPath());
        } catch (IOException e) {
            LOGGER.log(
                    Level.WARNING,
                    "JavaCPP unpacks native libraries to {0}; {1}; name another folder by -D{2}=DIR",
                    new Object[] {folder, e.getMessage(), PROPERTY});
        }
    }

    /**
     * Deletes files that differ from those of the jars on the class path, since JavaCPP compares sizes and dates alone and
     * unpacks missing files. Files of other jars stay.
     */
    static void deleteForeign(Path folder, ClassLoader classPath) throws IOException {
        // JavaCPP holds both while it unpacks: the monitor against other threads, the file lock against other
        // processes.
        synchronized (Runtime.getRuntime()) {
            try (FileChannel channel = FileChannel.open(
                            folder.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    FileLock held = channel.lock();
                    Stream<Path> files = Files.walk(folder)) {
                Map<Path, Set<Content>> known = new HashMap<>();
                for (Path file : files.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS))
                        .toList()) {
                    Path unpackedTo = folder.relativize(file.getParent());
                    if (!known.containsKey(unpackedTo)) {
                        known.put(unpackedTo, contents(unpackedTo, classPath));
                    }
                    Set<Content> contents = known.get(unpackedTo);
                    if (held.isValid() && !contents.isEmpty() && !contents.contains(Content.of(file))) {
                        Files.delete(file);
                    }
                }
            }
        }
    }

    /**
     * Contents of a jar's folder. JavaCPP unpacks to folders named as the jar and the entry, but may rename files.
     *
     * @param unpackedTo name of the jar, then of its folder
     * @return empty if the class path holds no such jar
     */
    private static Set<Content> contents(Path unpackedTo, ClassLoader classPath) throws IOException {
        if (unpackedTo.getNameCount() < 2) {
            return Set.of();
        }
        String jarName = unpackedTo.getName(0).toString();
        String folder =
                unpackedTo.subpath(1, unpackedTo.getNameCount()).toString().replace(File.separatorChar, '/') + "/";
        for (URL resource : Collections.list(classPath.getResources(folder))) {
            if (resource.openConnection() instanceof JarURLConnection connection) {
                // Closing a cached jar would close it for all of its users.
                connection.setUseCaches(false);
                try (JarFile jar = connection.getJarFile()) {
                    if (new File(jar.getName()).getName().equals(jarName)) {
                        return jar.stream()
                                .filter(entry ->
                                        !entry.isDirectory() && entry.getName().startsWith(folder))
                                .map(entry -> new Content(entry.getSize(), entry.getCrc()))
                                .collect(Collectors.toSet());
                    }
                }
            }
        }
        return Set.of();
    }

    private record Content(long size, long checksum) {
        static Content of(Path file) throws IOException {
            return new Content(Files.size(file), JavaCppCache.checksum(file));
        }
    }

    private static long checksum(Path file) throws IOException {
        CRC32 sum = new CRC32();
        byte[] part = new byte[BUFFER];
        try (InputStream content = Files.newInputStream(file)) {
            for (int length = content.read(part); length >= 0; length = content.read(part)) {
                sum.update(part, 0, length);
            }
        }
        return sum.getValue();
    }
}

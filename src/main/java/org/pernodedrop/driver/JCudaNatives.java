package org.pernodedrop.driver;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import jcuda.LibUtils;
import org.pernodedrop.io.TemporaryFolder;

/**
 * Unpacks JCuda's native libraries from the class path and loads them.
 *
 * <p>JCuda itself unpacks a library to a fixed name in the temporary folder and loads whatever file it finds there, even one
 * that a killed process left incomplete or that another user planted. Here each process unpacks to its own {@link
 * TemporaryFolder} and deletes it when closed; on Windows, which locks the files of loaded libraries, a later process deletes
 * it. Natives on {@code -Djava.library.path} are preferred, if the folder's path is absolute.
 */
public final class JCudaNatives implements AutoCloseable {
    private static final String TEMPORARY = "java.io.tmpdir";

    // The last release of JCurand is of this version of JCuda, but it loads its library by the other modules' version.
    private static final List<String> VERSIONS = List.of(JCudaVersion.get(), "11.8.0");

    private final TemporaryFolder temporary;
    private final Path folder;

    /**
     * Opens an empty folder.
     *
     * @throws UncheckedIOException if there is no room for one, or other users could replace it
     */
    public JCudaNatives() {
        try {
            temporary = TemporaryFolder.create();
            folder = temporary.folder().path();
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Whether the class path or {@code java.library.path} holds a library such as JCudaDriver. */
    public static boolean isPresent(String library) {
        return onLibraryPath(name(library)).isPresent() || resource(library) != null;
    }

    /**
     * Loads a library and initialises its class. A library that cannot be loaded yet, because one of NVIDIA's is missing,
     * may be tried again; JCuda's classes alone allow one attempt per process.
     *
     * @param library such as JCudaDriver
     * @throws LinkageError if it cannot be loaded
     */
    public void load(String library, String className) {
        String name = name(library);
        Optional<Path> named = onLibraryPath(name);
        if (named.isPresent()) {
            load(named.get());
        } else {
            Path file = folder.resolve(System.mapLibraryName(name));
            if (!Files.exists(file)) {
                unpack(library, file);
            }
            System.load(file.toString());
        }
        initialize(className);
    }

    private static void load(Path named) {
        if (!named.isAbsolute()) {
            // A library in the current folder could be anybody's; JCuda itself would load it.
            throw new UnsatisfiedLinkError(
                    named + " was found by an entry of java.library.path or LD_LIBRARY_PATH that is"
                            + " empty or relative, and so depends on the current folder; name folders in full");
        }
        System.load(named.toString());
    }

    /** Deletes the folder, as far as the system allows. */
    @Override
    public void close() {
        temporary.close();
    }

    // Makes JCuda find the library in the folder; it would otherwise unpack it again, to its own place.
    private void initialize(String className) {
        String before = System.getProperty(TEMPORARY);
        System.setProperty(TEMPORARY, folder.toString());
        try {
            Class.forName(className);
        } catch (ClassNotFoundException e) {
            throw new NoClassDefFoundError(e.getMessage());
        } finally {
            System.setProperty(TEMPORARY, before);
        }
    }

    private static void unpack(String library, Path file) {
        String resource = resource(library);
        if (resource == null) {
            throw new UnsatisfiedLinkError("No resource found with name '" + file.getFileName() + "'");
        }
        try (InputStream in = LibUtils.class.getResourceAsStream(resource)) {
            Files.copy(in, file);
        } catch (IOException e) {
            throw failure(e);
        }
    }

    private static UncheckedIOException failure(IOException cause) {
        return new UncheckedIOException(
                "JCuda's natives cannot be unpacked to " + System.getProperty(TEMPORARY) + ": " + cause, cause);
    }

    /** The library's name as JCuda loads it, without the platform's prefix and suffix. */
    private static String name(String library) {
        return LibUtils.createPlatformLibraryName(library + "-" + JCudaVersion.get());
    }

    private static String resource(String library) {
        for (String version : VERSIONS) {
            String resource = "/lib/"
                    + LibUtils.createLibraryFileName(LibUtils.createPlatformLibraryName(library + "-" + version));
            if (LibUtils.class.getResource(resource) != null) {
                return resource;
            }
        }
        return null;
    }

    /** The file of that name that Java would load; its path is relative if the entry is. */
    private static Optional<Path> onLibraryPath(String name) {
        String file = System.mapLibraryName(name);
        String path = System.getProperty("java.library.path", "");
        return path.isEmpty()
                ? Optional.empty()
                : Stream.of(path.split(File.pathSeparator, -1))
                        // Java treats an empty entry as the current folder.
                        .map(entry -> Path.of(entry.isEmpty() ? "." : entry, file))
                        .filter(Files::isRegularFile)
                        .findFirst();
    }
}

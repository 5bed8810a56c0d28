package org.pernodedrop.backend.cuda.libraries;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import jcuda.JCudaVersion;
import jcuda.LibUtils;

/**
 * JCuda's native libraries out of the class path, for as long as it takes to load them.
 *
 * <p>JCuda itself unpacks a library to a fixed name in the temporary folder and takes whatever lies there, be it half a
 * file of a run that was killed. Here each process unpacks to a folder of its own, and deletes it when closed; on Windows,
 * which keeps the files of loaded libraries, a later process does. Who names natives by {@code -Djava.library.path} gets
 * those.
 */
public final class JCudaNatives implements AutoCloseable {
    private static final String FOLDER = "pernodedrop-natives-";
    private static final String TEMPORARY = "java.io.tmpdir";

    // JCurand was last released for this version of JCuda, and asks for its library by that of the others.
    private static final List<String> VERSIONS = List.of(JCudaVersion.get(), "11.8.0");

    private final Path folder;

    /**
     * Opens an empty folder.
     *
     * @throws UncheckedIOException if there is no room for one
     */
    public JCudaNatives() {
        if (SearchSettings.ofThisMachine().isWindows()) {
            sweep(Path.of(System.getProperty(TEMPORARY)));
        }
        try {
            folder = Files.createTempDirectory(FOLDER + ProcessHandle.current().pid() + "-");
        } catch (IOException e) {
            throw failure(e);
        }
    }

    /** Whether the class path or {@code java.library.path} holds a library such as JCudaDriver. */
    public static boolean isPresent(String library) {
        return onLibraryPath(name(library)) || resource(library) != null;
    }

    /**
     * Loads a library and initialises its class. A library that cannot be loaded yet, because one of NVIDIA's is missing,
     * may be tried again; JCuda's classes alone would allow that only once a process.
     *
     * @param library such as JCudaDriver
     * @throws LinkageError if it cannot be loaded
     */
    public void load(String library, String className) {
        String name = name(library);
        if (onLibraryPath(name)) {
            System.loadLibrary(name);
        } else {
            Path file = folder.resolve(System.mapLibraryName(name));
            if (!Files.exists(file)) {
                unpack(library, file);
            }
            System.load(file.toString());
        }
        initialize(className);
    }

    /** Deletes the folder, as far as the system allows. */
    @Override
    public void close() {
        delete(folder);
    }

    // Finds the library in the folder: JCuda would otherwise unpack it anew, to a place of its own.
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

    /** The library's name as JCuda asks for it, without what the platform puts around it. */
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

    private static boolean onLibraryPath(String name) {
        String file = System.mapLibraryName(name);
        return Stream.of(System.getProperty("java.library.path", "").split(File.pathSeparator))
                .anyMatch(path -> new File(path, file).isFile());
    }

    /** Deletes the folders that ended processes left in a folder. */
    static void sweep(Path temporary) {
        try (Stream<Path> left = Files.list(temporary)) {
            left.filter(JCudaNatives::isLeftOver).forEach(JCudaNatives::delete);
        } catch (IOException e) {
            // Then there is nothing to sweep; what really needs the folder tells of the failure.
            return;
        }
    }

    private static boolean isLeftOver(Path path) {
        String name = path.getFileName().toString();
        // Nobody may lead us to other folders by a link.
        if (!name.startsWith(FOLDER) || !Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        String process = name.substring(FOLDER.length()).split("-")[0];
        return process.matches("\\d{1,18}")
                && ProcessHandle.of(Long.parseLong(process)).isEmpty();
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
            Files.delete(folder);
        } catch (IOException e) {
            // A library that is loaded keeps its file on Windows; the next process sweeps.
            return;
        }
    }
}

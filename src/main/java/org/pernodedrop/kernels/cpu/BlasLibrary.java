package org.pernodedrop.kernels.cpu;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.pernodedrop.io.PrivateFolder;
import org.pernodedrop.io.Uninterrupted;

/**
 * The library of ordinary matrix products: OpenBLAS if its natives can be loaded, else netlib's BLAS in Java.
 *
 * <p>The system property {@value #PROPERTY} forces one: {@code native} or {@code java}. If netlib's own property {@value
 * #LIBRARY_PATH} is set, that library is loaded instead of OpenBLAS; it must be limited to one thread by its own settings.
 *
 * @param blas the library, called through netlib, which passes heap arrays without copies
 * @param description name and version, for people
 */
public record BlasLibrary(BLAS blas, String description) {
    /** System property that forces a library. */
    static final String PROPERTY = "pernodedrop.blas";

    /** netlib's system property for the file of a native library. */
    static final String LIBRARY_PATH = "dev.ludovic.netlib.blas.nativeLibPath";

    private static final String ALLOW_NATIVE = "dev.ludovic.netlib.blas.allowNative";
    private static final String OPENBLAS_KEY = "openblas";

    // A strong reference: an unreachable logger loses its level.
    private static final Logger NETLIB_LOGGER = Logger.getLogger("dev.ludovic.netlib.blas");

    private static BlasLibrary nativeLibrary;

    /**
     * The library that {@value #PROPERTY} demands, or the fastest available.
     *
     * @throws IllegalArgumentException if the property has another value
     * @throws IllegalStateException with the cause, if {@code native} is demanded and cannot be loaded
     */
    public static BlasLibrary open() {
        return open(System.getProperty(PROPERTY, "auto"));
    }

    /**
     * A library by choice. netlib reads its settings once: {@code native} fails if {@code java} was opened first.
     *
     * @param choice {@code native}, {@code java}, or {@code auto} for the first of them that works
     * @throws IllegalStateException with the cause, if {@code native} was asked for and cannot be loaded
     */
    static synchronized BlasLibrary open(String choice) {
        NETLIB_LOGGER.setLevel(Level.WARNING);
        return switch (choice) {
            case "auto" -> nativeOr(BlasLibrary::openBest);
            case "native" -> nativeOr(BlasLibrary::openForced);
            case "java" -> openJava("forced by " + PROPERTY);
            default ->
                throw new IllegalArgumentException(
                        PROPERTY + " must be native, java or auto: " + PROPERTY + "=" + choice);
        };
    }

    // An interrupt while a file is locked would make this process compute in Java for good.
    private static BlasLibrary nativeOr(Supplier<BlasLibrary> opening) {
        return nativeLibrary != null ? nativeLibrary : Uninterrupted.get(opening);
    }

    private static BlasLibrary openBest() {
        try {
            return openNative();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError cause) {
            return openJava("because no native library could be loaded: " + cause);
        }
    }

    private static BlasLibrary openForced() {
        try {
            return openNative();
        } catch (ReflectiveOperationException | RuntimeException | LinkageError cause) {
            throw new IllegalStateException(
                    "the native BLAS cannot be loaded; compute in Java with -D" + PROPERTY + "=java: " + cause, cause);
        }
    }

    private static BlasLibrary openNative() throws ReflectiveOperationException {
        String description = "native BLAS " + System.getProperty(LIBRARY_PATH);
        if (System.getProperty(LIBRARY_PATH) == null) {
            System.setProperty(LIBRARY_PATH, loadOpenBlas());
            description = openblas_nolapack.OPENBLAS_VERSION.strip() + " (" + Loader.getPlatform() + ")";
        }
        // Loads netlib's part explicitly, so that a failure carries its cause.
        NetlibNatives.load();
        nativeLibrary = new BlasLibrary(NativeBLAS.getInstance(), description);
        return nativeLibrary;
    }

    /** Unpacks and loads OpenBLAS, limits it to one thread, and returns its file. */
    private static String loadOpenBlas() {
        JavaCppCache.prepare();
        Loader.load(openblas_nolapack.class);
        openblas_nolapack.blas_set_num_threads(1);
        for (Map.Entry<String, String> library : Loader.getLoadedLibraries().entrySet()) {
            if (library.getKey().startsWith(OPENBLAS_KEY) || library.getKey().startsWith("lib" + OPENBLAS_KEY)) {
                return library.getValue();
            }
        }
        throw new IllegalStateException("the file of OpenBLAS is unknown: loaded libraries="
                + Loader.getLoadedLibraries().keySet());
    }

    private static BlasLibrary openJava(String reason) {
        if (nativeLibrary == null && System.getProperty(ALLOW_NATIVE) == null) {
            // Else netlib would load a BLAS of the system, with any number of threads.
            System.setProperty(ALLOW_NATIVE, "false");
        }
        return new BlasLibrary(JavaBLAS.getInstance(), "netlib Java BLAS (" + reason + ")");
    }

    /**
     * netlib's JNI library, by which it calls a native BLAS. netlib copies it to a randomly named file in the folder for
     * temporary files, which cannot be configured, and leaves it there if the process is killed. This class checks that
     * folder first, and deletes the copy as soon as it is loaded where the system shows its name (Linux); elsewhere netlib
     * deletes it when the process ends.
     */
    private static final class NetlibNatives {
        private static final String CLASS = "dev.ludovic.netlib.blas.JNIBLAS";
        private static final String COPY = "libnetlibblasjni";
        private static final Path MAPPINGS = Path.of("/proc/self/maps");

        private NetlibNatives() {}

        /**
         * Loads the library unless it is loaded.
         *
         * @throws UncheckedIOException if others could replace the copy before it is loaded
         */
        static void load() throws ClassNotFoundException {
            Set<Path> before;
            try {
                PrivateFolder.requireFilesToStay(temporaryFiles());
                before = loadedCopies();
            } catch (IOException e) {
                throw new UncheckedIOException(
                        "netlib's natives cannot be unpacked safely (" + e.getMessage()
                                + "); choose another folder for temporary files by -Djava.io.tmpdir=DIR",
                        e);
            }
            Class.forName(CLASS);
            try {
                Set<Path> copies = loadedCopies();
                copies.removeAll(before);
                for (Path copy : copies) {
                    Files.deleteIfExists(copy);
                }
            } catch (IOException e) {
                // Then netlib deletes it when the process ends.
                return;
            }
        }

        /** The folder where the JDK makes temporary files. It reads the property once, which may have changed since. */
        private static Path temporaryFiles() throws IOException {
            Path probe = Files.createTempFile("pernodedrop", ".probe");
            Files.delete(probe);
            return probe.toAbsolutePath().getParent();
        }

        /** Copies that this process has loaded; none where the system does not list them. */
        private static Set<Path> loadedCopies() throws IOException {
            Set<Path> copies = new HashSet<>();
            if (!Files.isReadable(MAPPINGS)) {
                return copies;
            }
            // Names of other libraries need not be UTF-8.
            String mappings = new String(Files.readAllBytes(MAPPINGS), StandardCharsets.ISO_8859_1);
            for (String line : mappings.split("\n")) {
                int path = line.indexOf('/');
                if (path >= 0 && line.substring(line.lastIndexOf('/') + 1).matches(COPY + "\\d+\\.so")) {
                    byte[] name = line.substring(path).getBytes(StandardCharsets.ISO_8859_1);
                    copies.add(Path.of(new String(name, StandardCharsets.UTF_8)));
                }
            }
            return copies;
        }
    }
}

package org.pernodedrop.backend.cpu;

import dev.ludovic.netlib.blas.BLAS;
import dev.ludovic.netlib.blas.JavaBLAS;
import dev.ludovic.netlib.blas.NativeBLAS;
import java.util.Map;
import java.util.function.Supplier;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.bytedeco.javacpp.Loader;
import org.bytedeco.openblas.global.openblas_nolapack;
import org.pernodedrop.io.Uninterrupted;

/**
 * The library behind ordinary matrix products: OpenBLAS where its natives can be loaded, else netlib's BLAS in Java.
 *
 * <p>The system property {@value #PROPERTY} forces one: {@code native} or {@code java}. Who sets netlib's own {@value
 * #LIBRARY_PATH} gets that library instead of OpenBLAS, and has to keep it to one thread.
 *
 * @param blas the library, called through netlib; heap arrays are used where they lie
 * @param description what it is, for people
 */
record BlasLibrary(BLAS blas, String description) {
    /** System property that forces a library. */
    static final String PROPERTY = "pernodedrop.blas";

    /** netlib's system property for the file of a native library. */
    static final String LIBRARY_PATH = "dev.ludovic.netlib.blas.nativeLibPath";

    private static final String ALLOW_NATIVE = "dev.ludovic.netlib.blas.allowNative";
    private static final String OPENBLAS_KEY = "openblas";

    // Held, since loggers that nobody holds forget their level.
    private static final Logger NETLIB_LOGGER = Logger.getLogger("dev.ludovic.netlib.blas");

    private static BlasLibrary nativeLibrary;

    /** The library that {@value #PROPERTY} asks for, or the best there is. */
    static BlasLibrary open() {
        return open(System.getProperty(PROPERTY, "auto"));
    }

    /**
     * A library by choice. netlib reads its settings once: after {@code java} came first, {@code native} fails.
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

    // A failure, as of an interrupted thread that locks a file, would decide for the whole process.
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
        // Loads netlib's part here, where a failure still carries its cause.
        NetlibNatives.load();
        nativeLibrary = new BlasLibrary(NativeBLAS.getInstance(), description);
        return nativeLibrary;
    }

    /** Unpacks and loads OpenBLAS, keeps it to one thread, and tells its file. */
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
            // Else netlib would look for some BLAS of the system, with as many threads as it likes.
            System.setProperty(ALLOW_NATIVE, "false");
        }
        return new BlasLibrary(JavaBLAS.getInstance(), "netlib Java BLAS (" + reason + ")");
    }
}

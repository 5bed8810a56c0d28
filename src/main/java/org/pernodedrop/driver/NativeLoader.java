package org.pernodedrop.driver;

import java.nio.file.Path;

/** Loads native code into the process: the JVM, or a fake in tests. */
interface NativeLoader extends AutoCloseable {
    /**
     * Loads a file.
     *
     * @throws LinkageError if that fails
     */
    void load(Path file);

    /**
     * Loads JCuda's library of that name and initialises its class; may be tried again.
     *
     * @throws LinkageError if that fails
     */
    void load(JCudaLibrary library);

    /** Whether that library of JCuda exists. */
    boolean isPresent(JCudaLibrary library);

    /** The version that NVIDIA's library reports through a loaded one of JCuda, or null. */
    String version(JCudaLibrary library);

    /** The file that a loaded library of that name came from, or null if the system does not report it. */
    String pathOfLoaded(String fileName);

    @Override
    void close();
}

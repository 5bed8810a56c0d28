package org.pernodedrop.driver;

import java.nio.file.Path;

/** What brings native code into the process: the JVM, or a test's stand-in. */
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

    /** Whether there is a native of that name to be loaded. */
    boolean isPresent(JCudaLibrary library);

    /** The version that NVIDIA's library behind a loaded one of JCuda tells, or null. */
    String version(JCudaLibrary library);

    /** The file that a loaded library of that name came from, or null where the system does not tell. */
    String pathOfLoaded(String fileName);

    @Override
    void close();
}

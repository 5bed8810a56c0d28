package org.pernodedrop.driver;

/**
 * The result of the search for a library that CUDA needs.
 *
 * @param name file name, such as libcublas.so.12
 * @param path where it lies; null if it was not found, or if the system's loader does not report it
 * @param version that the file or the library reports, or null
 * @param problem why it cannot be used, in a line, or null
 * @param remedy what to do about the problem, in a line; null without a problem
 */
public record LibraryFinding(String name, String path, String version, String problem, String remedy) {
    /** Whether it can be used. */
    public boolean isUsable() {
        return problem == null;
    }
}

package org.pernodedrop.driver;

/**
 * What was found of a library that CUDA needs.
 *
 * @param name file name, such as libcublas.so.12
 * @param path where it lies; null where it was not found, or where the system's loader found it and does not tell
 * @param version as the file or the library tells it, or null
 * @param problem why it cannot be used, in a line, or null
 * @param remedy what to do about the problem, in a line; null without a problem
 */
public record LibraryFinding(String name, String path, String version, String problem, String remedy) {
    /** Whether it can be used. */
    public boolean isUsable() {
        return problem == null;
    }
}

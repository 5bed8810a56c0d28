package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The temporary files that this process is writing now: should it be stopped half-way, they are deleted as it ends. Unlike
 * {@link java.io.File#deleteOnExit} it forgets those that are gone.
 */
final class TemporaryFiles {
    private static final Set<Path> OPEN = ConcurrentHashMap.newKeySet();

    static {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(TemporaryFiles::deleteAll, "pernodedrop-temporary-files"));
        } catch (IllegalStateException e) {
            // The process is ending already, and whoever writes now finishes or is stopped with it.
        }
    }

    private TemporaryFiles() {}

    static void add(Path file) {
        OPEN.add(file);
    }

    static void remove(Path file) {
        OPEN.remove(file);
    }

    /** How many there are. */
    static int count() {
        return OPEN.size();
    }

    private static void deleteAll() {
        for (Path file : OPEN) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                // Nobody is left to be told; the file goes when its folder is next held.
            }
        }
    }
}

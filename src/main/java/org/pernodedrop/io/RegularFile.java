package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Files that are to be read. Opening a named pipe waits until somebody writes to it, perhaps for ever, and what came out of a
 * pipe cannot be read twice: everything but regular files is refused before it is opened.
 */
public final class RegularFile {
    private RegularFile() {}

    /**
     * Refuses pipes, devices and sockets. Files that are not there, and directories, pass: opening them fails at once, with a
     * message of its own.
     *
     * @throws NotRegularException if it is one of them, with a one-line message
     */
    public static void require(Path file) throws NotRegularException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new NotRegularException(file);
        }
    }

    /** A pipe, a device or a socket where a file is needed. */
    public static final class NotRegularException extends IOException {
        private static final long serialVersionUID = 1;

        NotRegularException(Path file) {
            super("file must be a regular one, for it is read more than once: " + file
                    + " is a pipe or a device; write its content to a file first, and name that");
        }
    }
}

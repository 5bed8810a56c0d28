package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Refuses pipes and devices before they are opened for reading: opening a named pipe may block for ever, and its
 * content cannot be read twice.
 */
public final class RegularFile {
    private RegularFile() {}

    /**
     * Refuses pipes, devices and sockets. Missing files and directories pass: opening them fails at once with a message
     * of its own.
     *
     * @throws NotRegularException with a one-line message if it is one of them
     */
    public static void require(Path file) throws NotRegularException {
        if (Files.exists(file) && !Files.isRegularFile(file) && !Files.isDirectory(file)) {
            throw new NotRegularException(file);
        }
    }

    /** A pipe, a device or a socket was given where a regular file is needed. */
    public static final class NotRegularException extends IOException {
        private static final long serialVersionUID = 1;

        NotRegularException(Path file) {
            super("file must be a regular one, for it is read more than once: " + file
                    + " is a pipe or a device; write its content to a file first, and name that");
        }
    }
}

package org.pernodedrop.io;

import java.io.IOException;
import java.nio.file.Path;

/** A folder is not safe from other users; the message names it and the reason in a line. */
public final class OpenFolderException extends IOException {
    private static final long serialVersionUID = 1;

    OpenFolderException(Path path, String reason) {
        super("other users could put files there: " + path + ": " + reason);
    }
}

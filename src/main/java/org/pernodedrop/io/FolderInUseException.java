package org.pernodedrop.io;

import java.io.IOException;

/** A folder that another command is writing to. The message is one line: which folder, who, and the way out. */
public final class FolderInUseException extends IOException {
    private static final long serialVersionUID = 1;

    FolderInUseException(String message) {
        super(message);
    }
}

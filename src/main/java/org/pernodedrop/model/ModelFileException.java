package org.pernodedrop.model;

import java.io.IOException;
import org.pernodedrop.io.MessageText;

/** A file is damaged or of another kind. The one-line message names the file, the fault and the rule. */
public final class ModelFileException extends IOException {
    private static final long serialVersionUID = 1;

    /** With a one-line message, which is cut if it is long. */
    public ModelFileException(String message) {
        super(MessageText.cut(message));
    }

    /** With a one-line message, likewise, and a cause. */
    public ModelFileException(String message, Throwable cause) {
        super(MessageText.cut(message), cause);
    }

    /** Content of a file for a message: quoted, in one line and cut if it is long. */
    public static String quoted(Object value) {
        return MessageText.quoted(value);
    }
}

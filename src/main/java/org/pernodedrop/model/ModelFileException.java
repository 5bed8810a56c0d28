package org.pernodedrop.model;

import java.io.IOException;
import org.pernodedrop.io.MessageText;

/** A file is not what it should be; the message says in one line which file, what is wrong, and what would be right. */
public final class ModelFileException extends IOException {
    private static final long serialVersionUID = 1;

    /** With a message in one line, which is cut if it is long. */
    public ModelFileException(String message) {
        super(MessageText.cut(message));
    }

    /** With a message in one line. */
    public ModelFileException(String message, Throwable cause) {
        super(MessageText.cut(message), cause);
    }

    /** What a file says, for a message: in quotes, in one line and not too long, whatever it is. */
    public static String quoted(Object value) {
        return MessageText.quoted(value);
    }
}

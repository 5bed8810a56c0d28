package org.pernodedrop.model;

import java.io.IOException;

/** A file is not what it should be; the message says in one line which file, what is wrong, and what would be right. */
public final class ModelFileException extends IOException {
    private static final long serialVersionUID = 1;

    private static final int LONGEST = 80;

    /** With a message in one line. */
    public ModelFileException(String message) {
        super(message);
    }

    /** With a message in one line. */
    public ModelFileException(String message, Throwable cause) {
        super(message, cause);
    }

    /** What a file says, for a message: in quotes, in one line and not too long, whatever it is. */
    public static String quoted(Object value) {
        String line = String.valueOf(value).replaceAll("[\\p{Cntrl}\\u2028\\u2029]", "?");
        return '"' + (line.length() > LONGEST ? line.substring(0, LONGEST) + "..." : line) + '"';
    }
}

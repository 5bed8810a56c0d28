package org.pernodedrop.data;

import org.pernodedrop.io.MessageText;

/**
 * Data that cannot be used. The message is one line: what is wrong, where (file and line, byte or row), and the way out.
 */
public final class DataException extends RuntimeException {
    /** With a message, cut if it is long; line breaks in it, which file names and fields may contain, become spaces. */
    public DataException(String message) {
        super(oneLine(message));
    }

    /** With a message as above and what caused it. */
    public DataException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        return MessageText.cut(message.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "));
    }
}

package org.pernodedrop.data;

import org.pernodedrop.io.MessageText;

/** Data cannot be used. The one-line message names the fault, its place (file and line, byte or row) and the remedy. */
public final class DataException extends RuntimeException {
    /** With a message, cut if it is long; line breaks in it, for example of file names, become spaces. */
    public DataException(String message) {
        super(oneLine(message));
    }

    /** With a message, likewise, and a cause. */
    public DataException(String message, Throwable cause) {
        super(oneLine(message), cause);
    }

    private static String oneLine(String message) {
        return MessageText.cut(message.replaceAll("[\\p{Cntrl}\\u2028\\u2029]+", " "));
    }
}

package org.pernodedrop.io;

import java.util.Collection;
import java.util.stream.Collectors;

/** Limits the length of messages, whatever values they contain. */
public final class MessageText {
    /** Approximate limit on the characters of a message. */
    public static final int MAX_LENGTH = 2000;

    private static final int MAX_VALUE_LENGTH = 80;
    private static final int MAX_VALUES = 10;
    private static final int END = 500;

    private MessageText() {}

    /**
     * Cuts a message to about {@value #MAX_LENGTH} characters: the middle is left out, while the beginning (the
     * problem) and the end (the remedy) stay.
     */
    public static String cut(String message) {
        if (message.length() <= MAX_LENGTH) {
            return message;
        }
        int begin = whole(message, MAX_LENGTH - END);
        int end = whole(message, message.length() - END);
        return message.substring(0, begin) + " ... (" + (end - begin) + " characters left out) ... "
                + message.substring(end);
    }

    /** A value for a message: quoted, in one line, cut after {@value #MAX_VALUE_LENGTH} characters. */
    public static String quoted(Object value) {
        return '"' + shown(value) + '"';
    }

    /** As {@link #quoted}, without the quotes. */
    public static String shown(Object value) {
        String text = String.valueOf(value);
        int end = whole(text, Math.min(text.length(), MAX_VALUE_LENGTH));
        String shown = SafeText.line(text.substring(0, end)).replace("\t", "\\t");
        return end == text.length() ? shown : shown + "...";
    }

    /** Names for a message: the first {@value #MAX_VALUES} and the number of others. */
    public static String listed(Collection<?> values) {
        String first = values.stream().limit(MAX_VALUES).map(MessageText::shown).collect(Collectors.joining(", "));
        int more = values.size() - MAX_VALUES;
        return "[" + first + (more > 0 ? ", and " + more + " more" : "") + "]";
    }

    // The position, moved if it would split a surrogate pair.
    private static int whole(String text, int place) {
        boolean torn = place > 0
                && place < text.length()
                && Character.isHighSurrogate(text.charAt(place - 1))
                && Character.isLowSurrogate(text.charAt(place));
        return torn ? place - 1 : place;
    }
}

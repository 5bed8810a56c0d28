package org.pernodedrop.io;

import java.util.function.IntPredicate;

/**
 * Replaces characters that do not show what they are by escapes as in Java and JSON, &#92;u001B: texts from files,
 * labels and names of files can then neither move a terminal's cursor nor forge lines. JSON stays the same JSON.
 */
public final class SafeText {
    private SafeText() {}

    /** A text of several lines for a terminal; line feeds and tabs stay. */
    public static String lines(String text) {
        return escape(text, point -> point != '\n' && point != '\t' && isHarmful(point));
    }

    /** A text as part of one line on a terminal; tabs stay, line breaks are escaped. */
    public static String line(String text) {
        return escape(text, point -> point != '\t' && isHarmful(point));
    }

    /**
     * A text for pages and drawings, whose XML allows no control characters; line feeds and tabs stay, and so do
     * invisible characters, which are part of the spelling of some languages.
     */
    public static String page(String text) {
        return escape(text, point -> point != '\n' && point != '\t' && steers(point));
    }

    static boolean isHarmful(int point) {
        return steers(point) || hides(point);
    }

    /**
     * Whether a code point controls a device or breaks a line: control characters (C0, DEL, C1), line and paragraph
     * separators, bidirectional marks, unpaired surrogates and non-characters.
     */
    static boolean steers(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> isBidirectional(point);
            default -> (point & 0xFFFE) == 0xFFFE;
        };
    }

    private static boolean isBidirectional(int point) {
        return point == 0x061C
                || point == 0x200E
                || point == 0x200F
                || point >= 0x202A && point <= 0x202E
                || point >= 0x2066 && point <= 0x206F;
    }

    /** Whether a code point is invisible, so that two different texts look the same. */
    static boolean hides(int point) {
        return Character.getType(point) == Character.FORMAT
                || point == 0x034F
                || point >= 0x115F && point <= 0x1160
                || point >= 0x17B4 && point <= 0x17B5
                || point >= 0x180B && point <= 0x180F
                || point == 0x2065
                || point == 0x2800
                || point == 0x3164
                || point == 0xFFA0
                || point >= 0xFFF0 && point <= 0xFFF8
                || point >= 0xE0000 && point <= 0xE0FFF;
    }

    /** Replaces the chosen code points by escapes; returns the same text if there are none. */
    static String escape(String text, IntPredicate which) {
        if (text.codePoints().noneMatch(which)) {
            return text;
        }
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        text.codePoints().forEach(point -> append(escaped, point, which.test(point)));
        return escaped.toString();
    }

    private static void append(StringBuilder to, int point, boolean escaped) {
        if (!escaped) {
            to.appendCodePoint(point);
            return;
        }
        for (char unit : Character.toChars(point)) {
            to.append(String.format("\\u%04X", (int) unit));
        }
    }
}

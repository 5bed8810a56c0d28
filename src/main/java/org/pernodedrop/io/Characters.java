package org.pernodedrop.io;

import java.util.function.IntPredicate;

/** Characters that are not what they show, and how they are written instead: as in Java and JSON, &#92;u001B. */
final class Characters {
    private Characters() {}

    /**
     * Whether a code point steers a device or breaks a line: control characters of 7 and of 8 bits, DEL, separators of lines
     * and paragraphs, marks that turn the direction of writing, halves of surrogate pairs, and what is no character at all.
     */
    static boolean steers(int point) {
        return switch (Character.getType(point)) {
            case Character.CONTROL, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR, Character.SURROGATE ->
                true;
            case Character.FORMAT -> turns(point);
            default -> (point & 0xFFFE) == 0xFFFE;
        };
    }

    private static boolean turns(int point) {
        return point == 0x061C
                || point == 0x200E
                || point == 0x200F
                || point >= 0x202A && point <= 0x202E
                || point >= 0x2066 && point <= 0x206F;
    }

    /** Whether a code point shows nothing, so that two texts with and without it look the same. */
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

    /** The text with some code points written as escapes; itself if it has none. */
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

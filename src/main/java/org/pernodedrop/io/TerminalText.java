package org.pernodedrop.io;

/**
 * Makes text safe for terminals: what steers a terminal, turns the direction of writing, hides, or is half a character is
 * shown as an escape like &#92;u001B. So file names, labels and contents of files neither move the cursor nor forge lines. JSON
 * stays the same JSON.
 */
public final class TerminalText {
    private TerminalText() {}

    /** The text, which may have several lines and tabs. */
    public static String lines(String text) {
        return Characters.escape(text, point -> point != '\n' && point != '\t' && isHarmful(point));
    }

    /** The text as a part of one line, whatever it holds; tabs stay. */
    public static String line(String text) {
        return Characters.escape(text, point -> point != '\t' && isHarmful(point));
    }

    static boolean isHarmful(int point) {
        return Characters.steers(point) || Characters.hides(point);
    }
}

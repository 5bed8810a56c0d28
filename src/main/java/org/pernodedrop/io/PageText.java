package org.pernodedrop.io;

/**
 * Makes text fit for pages and drawings, whose XML has no control characters at all: they, marks that turn the direction of
 * writing and halves of surrogate pairs are shown as escapes like &#92;u001B.
 */
public final class PageText {
    private PageText() {}

    /** The text, which may have several lines and tabs. */
    public static String of(String text) {
        return Characters.escape(text, point -> point != '\n' && point != '\t' && Characters.steers(point));
    }
}

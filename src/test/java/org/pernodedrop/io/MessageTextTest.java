package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class MessageTextTest {
    @Test
    void aLongMessageKeepsItsBeginningAndItsEnd() {
        String message = "rule: " + "x".repeat(3_000_000) + "; the way out";
        String cut = MessageText.cut(message);
        assertTrue(cut.length() < MessageText.MAX_LENGTH + 100, cut);
        assertTrue(cut.startsWith("rule: xxx"), cut);
        assertTrue(cut.endsWith("; the way out"), cut);
        assertTrue(cut.contains(" (" + (message.length() - MessageText.MAX_LENGTH) + " characters left out) "), cut);
        assertEquals("short", MessageText.cut("short"));
    }

    @Test
    void pairsOfSurrogatesStayWhole() {
        String cut = MessageText.cut("x" + "\uD83D\uDE00".repeat(3000));
        assertEquals(cut, SafeText.line(cut));
        String quoted = MessageText.quoted("x" + "\uD83D\uDE00".repeat(100));
        assertEquals('"' + "x" + "\uD83D\uDE00".repeat(39) + "...\"", quoted);
    }

    @Test
    void valuesAreShortAndInOneLine() {
        assertEquals("\"a\\u000Ab\\tc\"", MessageText.quoted("a\nb\tc"));
        assertEquals("\"" + "y".repeat(80) + "...\"", MessageText.quoted("y".repeat(81)));
        assertEquals("\"null\"", MessageText.quoted(null));
        assertEquals("[a, b]", MessageText.listed(List.of("a", "b")));
        assertEquals(
                "[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, and 90 more]",
                MessageText.listed(IntStream.range(0, 100).boxed().toList()));
    }
}

package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.StringWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SafeTextTest {
    private final StringWriter terminal = new StringWriter();
    private final TerminalPrinter printer = new TerminalPrinter(terminal);

    private static final String END = System.lineSeparator();

    /** Checks every code point by its Unicode category. */
    @Test
    void nothingThatSteersOrHidesComesThrough() {
        for (int point = 0; point <= Character.MAX_CODE_POINT; point++) {
            String text = SafeText.line("a" + Character.toString(point) + "b");
            boolean harmful =
                    switch (Character.getType(point)) {
                        case Character.CONTROL -> point != '\t';
                        case Character.FORMAT,
                                Character.SURROGATE,
                                Character.LINE_SEPARATOR,
                                Character.PARAGRAPH_SEPARATOR -> true;
                        default -> false;
                    };
            if (harmful) {
                StringBuilder escaped = new StringBuilder("a");
                for (char unit : Character.toChars(point)) {
                    escaped.append(String.format(Locale.ROOT, "\\u%04X", (int) unit));
                }
                assertEquals(escaped + "b", text);
            }
        }
        assertEquals("Größe 漢字 \uD83D\uDE00 עברית", SafeText.line("Größe 漢字 \uD83D\uDE00 עברית"));
    }

    @Test
    void aPrintedLineIsOneLine() {
        printer.println("page: a\nerror: b\r\u2028c\u001B[31m\u009B1A\u202Ed\u200B");
        assertEquals(
                "page: a\\u000Aerror: b\\u000D\\u2028c\\u001B[31m\\u009B1A\\u202Ed\\u200B" + END, terminal.toString());
    }

    @Test
    void tablesHaveSeveralLines() {
        printer.print("a\tb\n\u001Bc\r\n");
        printer.printf("%s%n", "d\u0085e");
        assertEquals("a\tb\n\\u001Bc\r\nd\\u0085e" + END, terminal.toString());
    }

    /** Text written in pieces is escaped as a whole. */
    @Test
    void piecesAreJoined() {
        for (char unit : "x\uD83D\uDE00y\r\nz\rw\uD83Dv".toCharArray()) {
            printer.write(unit);
        }
        printer.write('\r');
        printer.close();
        assertEquals("x\uD83D\uDE00y\r\nz\\u000Dw\\uD83Dv\\u000D", terminal.toString());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "=1+1",
                "+cmd|' /C calc'!A0",
                "-2+3",
                "@SUM(A1)",
                "  =1",
                "\u00A0=1",
                "\uFF1D1",
                "-",
                "-0x10",
                "+1;=2",
                "-Infinity"
            })
    void formulasBecomeText(String text) {
        assertEquals("'" + text, CsvLine.field(text));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"-1", "+1", "-0.5", "1e-3", "-1E5", "a=b", "setosa", "", "3-4", "Größe", "\u0646\u200C\u0645"})
    void otherTextsStay(String text) {
        assertEquals(text, CsvLine.field(text));
    }

    @Test
    void eachRowIsOneLine() {
        assertEquals(
                "-0.5,a\\u000Ab,\"c,d\",,\"e \"\"f\"\"\",'=\\u000D,\\u0009=x,\\u202Eg,true\n",
                CsvLine.of(Arrays.asList(-0.5, "a\nb", "c,d", null, "e \"f\"", "=\r", "\t=x", "\u202Eg", true)));
        assertEquals("-7,NaN,h\\uD83D\n", CsvLine.of(List.of(-7, Double.NaN, "h\uD83D")));
    }

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

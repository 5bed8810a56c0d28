package org.pernodedrop.io;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.StringWriter;
import java.util.Locale;
import org.junit.jupiter.api.Test;

class TerminalPrinterTest {
    private final StringWriter terminal = new StringWriter();
    private final TerminalPrinter printer = new TerminalPrinter(terminal);

    private static final String END = System.lineSeparator();

    /** Every code point, by what it is and not by a list of ours. */
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

    /** What is written piece by piece is looked at as a whole. */
    @Test
    void piecesAreJoined() {
        for (char unit : "x\uD83D\uDE00y\r\nz\rw\uD83Dv".toCharArray()) {
            printer.write(unit);
        }
        printer.write('\r');
        printer.close();
        assertEquals("x\uD83D\uDE00y\r\nz\\u000Dw\\uD83Dv\\u000D", terminal.toString());
    }
}

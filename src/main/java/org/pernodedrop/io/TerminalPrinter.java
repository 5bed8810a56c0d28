package org.pernodedrop.io;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Prints text to a terminal with harmful characters escaped by {@link SafeText}. {@code println} prints exactly one
 * line, whatever the text holds; {@code print} and {@code printf} may print several. Flushes after each line.
 */
public final class TerminalPrinter extends PrintWriter {
    /** A printer that flushes and closes the terminal with itself. */
    public TerminalPrinter(Writer terminal) {
        super(new Safe(terminal), true);
    }

    @Override
    public void println(String line) {
        super.println(SafeText.line(String.valueOf(line)));
    }

    @Override
    public void println(Object line) {
        println(String.valueOf(line));
    }

    /** Holds back half of a surrogate pair or of a Windows line break until the next piece of text arrives. */
    private static final class Safe extends Writer {
        private final Writer terminal;
        private String held = "";

        Safe(Writer terminal) {
            this.terminal = terminal;
        }

        @Override
        public void write(char[] text, int offset, int length) throws IOException {
            String all = held + new String(text, offset, length);
            held = "";
            if (!all.isEmpty()) {
                char last = all.charAt(all.length() - 1);
                if (last == '\r' || Character.isHighSurrogate(last)) {
                    held = String.valueOf(last);
                    all = all.substring(0, all.length() - 1);
                }
            }
            terminal.write(safe(all));
        }

        private static String safe(String text) {
            StringBuilder safe = new StringBuilder();
            int start = 0;
            for (int end = text.indexOf("\r\n"); end >= 0; end = text.indexOf("\r\n", start)) {
                safe.append(SafeText.lines(text.substring(start, end))).append("\r\n");
                start = end + 2;
            }
            return safe.append(SafeText.lines(text.substring(start))).toString();
        }

        @Override
        public void flush() throws IOException {
            terminal.flush();
        }

        @Override
        public void close() throws IOException {
            terminal.write(SafeText.lines(held));
            held = "";
            terminal.close();
        }
    }
}

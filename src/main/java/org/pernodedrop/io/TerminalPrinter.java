package org.pernodedrop.io;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;

/**
 * Prints to a terminal what {@link SafeText} makes of it. What is printed by {@code println} is one line, whatever it
 * holds; {@code print} and {@code printf} may print several. Flushes at the end of a line.
 */
public final class TerminalPrinter extends PrintWriter {
    /** A printer; the terminal is flushed and closed with it. */
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

    /** What comes in pieces is looked at as a whole: a pair of surrogates, and the line break of Windows. */
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

package org.pernodedrop;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.function.Executable;

/** Assertions about exceptions and their messages. */
public final class Refusal {
    private Refusal() {}

    /** The message of the exception that an action must throw. */
    public static String message(Class<? extends Throwable> type, Executable action) {
        return assertThrows(type, action).getMessage();
    }

    /** An action must throw an exception with this message. */
    public static void says(Class<? extends Throwable> type, String message, Executable action) {
        assertEquals(message, message(type, action));
    }

    /** An action must throw an exception whose message contains a part. */
    public static void contains(Class<? extends Throwable> type, String part, Executable action) {
        String message = message(type, action);
        assertTrue(message.contains(part), message);
    }

    /** An action must throw an exception whose message, or that of one of its causes, contains a part. */
    public static void mentions(String part, Executable action) {
        StringBuilder said = new StringBuilder();
        for (Throwable thrown = assertThrows(Exception.class, action); thrown != null; thrown = thrown.getCause()) {
            said.append(thrown.getMessage()).append('\n');
        }
        assertTrue(said.indexOf(part) >= 0, said + ": " + part);
    }

    /** An action must throw an exception whose message starts with a part. */
    public static void starts(Class<? extends Throwable> type, String start, Executable action) {
        String message = message(type, action);
        assertTrue(message.startsWith(start), message);
    }
}

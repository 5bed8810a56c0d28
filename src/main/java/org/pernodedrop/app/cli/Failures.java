package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.pernodedrop.data.DataException;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.io.SafeText;
import org.pernodedrop.train.TrainingException;

/** How failures other than wrong usage are told: in one line, and with a stack trace only if asked for or a defect. */
final class Failures {
    /** System property that adds the stack trace. */
    static final String STACK_TRACE = "pernodedrop.stacktrace";

    private final PrintWriter err;

    Failures(PrintWriter err) {
        this.err = err;
    }

    /** Tells a failure and gives the exit code. */
    int report(Throwable failure) {
        err.println("error: " + oneLine(describe(failure)));
        if (Boolean.getBoolean(STACK_TRACE) || !isExpected(failure)) {
            printTrace(failure);
        }
        return Main.FAILURE;
    }

    /** In one line and not too long, whatever file names and values it holds. */
    static String oneLine(String message) {
        return MessageText.cut(SafeText.line(message.replaceAll("\\s+", " ").strip()));
    }

    private void printTrace(Throwable failure) {
        Set<Throwable> told = Collections.newSetFromMap(new IdentityHashMap<>());
        String relation = "";
        for (Throwable each = failure; each != null && told.add(each); each = each.getCause()) {
            String message = each.getMessage() == null ? "" : ": " + oneLine(each.getMessage());
            err.println(relation + each.getClass().getName() + message);
            for (StackTraceElement frame : each.getStackTrace()) {
                err.println("\tat " + frame);
            }
            for (Throwable other : each.getSuppressed()) {
                err.println("\tsuppressed: " + oneLine(other.toString()));
            }
            relation = "Caused by: ";
        }
    }

    private static String describe(Throwable failure) {
        if (failure instanceof UncheckedIOException unchecked
                && unchecked.getMessage().equals(unchecked.getCause().toString())) {
            return describe(unchecked.getCause());
        }
        if (failure instanceof OutOfMemoryError
                && String.valueOf(failure.getMessage()).contains("native thread")) {
            return "the system starts no more threads; use fewer (--threads, --jobs), or raise its limit (ulimit -u): "
                    + failure.getMessage();
        }
        if (failure instanceof OutOfMemoryError) {
            return "not enough memory; give Java more with -Xmx, or choose smaller sizes: " + failure.getMessage();
        }
        // The message of these is often no more than the file's name.
        boolean bare = failure.getMessage() == null || failure instanceof FileSystemException || !isExpected(failure);
        return bare ? failure.getClass().getSimpleName() + ": " + failure.getMessage() : failure.getMessage();
    }

    private static boolean isExpected(Throwable failure) {
        return failure instanceof DataException
                || failure instanceof TrainingException
                || failure instanceof DeviceException
                || failure instanceof IllegalArgumentException
                || failure instanceof IllegalStateException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException
                || failure instanceof OutOfMemoryError;
    }
}

package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.pernodedrop.data.DataException;
import org.pernodedrop.driver.DeviceException;
import org.pernodedrop.driver.DeviceUnavailableException;
import org.pernodedrop.driver.OutOfDeviceMemoryException;
import org.pernodedrop.io.MessageText;
import org.pernodedrop.io.SafeText;
import org.pernodedrop.train.TrainingException;
import picocli.CommandLine.Model.CommandSpec;

/**
 * Reports failures other than wrong usage: in one line, with the options that would help, and with a stack trace if
 * requested or if the failure is a defect. The library's messages name remedies in its own terms; this class maps them
 * to options.
 */
final class Failures {
    /** System property that adds the stack trace. */
    static final String STACK_TRACE = "pernodedrop.stacktrace";

    /** Options by the advice in a message. */
    private static final Map<String, String> ADVISED = new LinkedHashMap<>();

    static {
        ADVISED.put("smaller batch", "--batch-size");
        ADVISED.put("smaller layers", "--network");
        ADVISED.put("use the CPU", "--device cpu");
        ADVISED.put("without graphs", "--no-graphs");
    }

    private final PrintWriter err;

    Failures(PrintWriter err) {
        this.err = err;
    }

    /** Reports a failure that belongs to no command and returns the exit code. */
    int report(Throwable failure) {
        return report(failure, CommandSpec.create());
    }

    /**
     * Reports a failure and returns the exit code.
     *
     * @param command that failed: only its own options are named
     */
    int report(Throwable failure, CommandSpec command) {
        err.println("error: " + oneLine(describe(failure) + options(failure, command)));
        if (Boolean.getBoolean(STACK_TRACE) || !isExpected(failure)) {
            printTrace(failure);
        }
        return Main.FAILURE;
    }

    /** Shortens a message to one line of limited length. */
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
        // The message of these is often only the file's name.
        boolean bare = failure.getMessage() == null || failure instanceof FileSystemException || !isExpected(failure);
        return bare ? failure.getClass().getSimpleName() + ": " + failure.getMessage() : failure.getMessage();
    }

    /**
     * The options of a command that apply a failure's remedy, except for those that its message names; may be empty.
     */
    private static String options(Throwable failure, CommandSpec command) {
        String message = String.valueOf(failure.getMessage());
        Set<String> advised = new LinkedHashSet<>();
        if (failure instanceof OutOfDeviceMemoryException) {
            advised.addAll(List.of("--batch-size", "--network"));
        }
        if (failure instanceof DeviceUnavailableException) {
            advised.add("--device cpu");
        }
        if (isExpected(failure)) {
            ADVISED.forEach((advice, option) -> {
                if (message.contains(advice)) {
                    advised.add(option);
                }
            });
        }
        advised.removeIf(option -> message.contains(option) || !has(command, option));
        return advised.isEmpty() ? "" : "; by option: " + String.join(", ", advised);
    }

    private static boolean has(CommandSpec command, String option) {
        return command.findOption(option.replace("--no-", "--").split(" ")[0]) != null;
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

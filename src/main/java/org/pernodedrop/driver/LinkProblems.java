package org.pernodedrop.driver;

import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates the loader's messages to a line with the cause, and a remedy. */
final class LinkProblems {
    private static final String NOT_EXECUTABLE = "failed to map segment";

    /** What the loader says, and the explanation, in order; $1 and $2 are the groups of the pattern. */
    private static final Map<Pattern, String> EXPLANATIONS = new LinkedHashMap<>();

    static {
        String file = "(?:\\S*/)?([^\\s/]+): ";
        explain(file + "(lib\\S+): cannot open shared object file", "$2, which $1 needs, is not there");
        explain(file + "version `([^']+)' not found", "$1 is not of the version $2 that is needed");
        explain(
                file + "undefined symbol: (\\w+)",
                "$1 needs $2, which the libraries that it was loaded with do not have");
        explain("No resource found with name '([^']+)'", "the class path does not hold $1");
        explain("wrong ELF class", "the file is for another processor or of 32 bits");
        explain("file too short|invalid ELF header", "the file is damaged, cut off or no library");
        explain(NOT_EXECUTABLE, "its folder does not allow programs to be run (mounted noexec)");
    }

    private static void explain(String said, String explanation) {
        EXPLANATIONS.put(Pattern.compile(said), explanation);
    }

    private LinkProblems() {}

    /** Why a library, or a class that loads one, could not be loaded. */
    static String explain(Throwable failure) {
        String message = messages(failure);
        for (Map.Entry<Pattern, String> known : EXPLANATIONS.entrySet()) {
            Matcher said = known.getKey().matcher(message);
            if (said.find()) {
                return known.getKey().matcher(said.group()).replaceFirst(known.getValue());
            }
        }
        if (refusedByJava(message)) {
            return "Java was told to refuse native libraries";
        }
        return firstLine(failure);
    }

    /** The remedy for a failure, if it does not depend on the library. */
    static Optional<String> remedy(Throwable failure) {
        String message = messages(failure);
        if (failure instanceof UncheckedIOException || message.contains(NOT_EXECUTABLE)) {
            return Optional.of("choose another folder for temporary files by -Djava.io.tmpdir=DIR");
        }
        return refusedByJava(message)
                ? Optional.of("allow them by --enable-native-access=ALL-UNNAMED")
                : Optional.empty();
    }

    private static boolean refusedByJava(String message) {
        return message.contains("restricted method") || message.contains("Illegal native access");
    }

    private static String messages(Throwable failure) {
        StringBuilder messages = new StringBuilder();
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            messages.append(cause).append('\n');
        }
        return messages.toString();
    }

    private static String firstLine(Throwable failure) {
        String message = failure.getMessage() == null
                ? failure.getClass().getSimpleName()
                : failure.getMessage().strip();
        return message.lines().findFirst().orElse("");
    }
}

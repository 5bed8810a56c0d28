package org.pernodedrop.driver;

import java.io.UncheckedIOException;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Translates the loader's messages to a line with the cause, and a remedy. */
final class LinkProblems {
    private static final Pattern MISSING = Pattern.compile("(\\S+): (lib\\S+): cannot open shared object file");
    private static final Pattern VERSION = Pattern.compile("(\\S+): version `([^']+)' not found");
    private static final Pattern SYMBOL = Pattern.compile("(\\S+): undefined symbol: (\\w+)");
    private static final String NOT_EXECUTABLE = "failed to map segment";
    private static final Pattern RESOURCE = Pattern.compile("No resource found with name '([^']+)'");

    private LinkProblems() {}

    /** Why a library, or a class that loads one, could not be loaded. */
    static String explain(Throwable failure) {
        String message = messages(failure);
        Matcher missing = MISSING.matcher(message);
        if (missing.find()) {
            return missing.group(2) + ", which " + fileName(missing.group(1)) + " needs, is not there";
        }
        Matcher version = VERSION.matcher(message);
        if (version.find()) {
            return fileName(version.group(1)) + " is not of the version " + version.group(2) + " that is needed";
        }
        Matcher symbol = SYMBOL.matcher(message);
        if (symbol.find()) {
            return fileName(symbol.group(1)) + " needs " + symbol.group(2)
                    + ", which the libraries that it was loaded with do not have";
        }
        Matcher resource = RESOURCE.matcher(message);
        if (resource.find()) {
            return "the class path does not hold " + resource.group(1);
        }
        if (message.contains("wrong ELF class")) {
            return "the file is for another processor or of 32 bits";
        }
        if (message.contains("file too short") || message.contains("invalid ELF header")) {
            return "the file is damaged, cut off or no library";
        }
        if (message.contains(NOT_EXECUTABLE)) {
            return "its folder does not allow programs to be run (mounted noexec)";
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

    private static String fileName(String path) {
        return path.substring(path.lastIndexOf('/') + 1);
    }
}

package org.pernodedrop.app.cli;

import java.io.FileReader;
import java.io.IOException;
import java.io.Reader;
import java.io.StreamTokenizer;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.pernodedrop.io.RegularFile;
import org.pernodedrop.model.ModelFileException;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The arguments of a command as they were given, with files of arguments expanded. */
final class CommandArguments {
    /** Options that a run never saves: those that name its folder, and those that do not train. */
    private static final List<String> NEVER_SAVED = List.of("--out", "--resume", "--help", "--version");

    // Its values, fp32 and tf32, mean the same for --precision.
    private static final String MATRIX_PRECISION = "--matrix-precision";

    private CommandArguments() {}

    /** The arguments behind the command's name. */
    static List<String> of(CommandSpec spec) {
        List<String> all = spec.commandLine().getParseResult().expandedArgs();
        boolean named = spec.parent() != null && !all.isEmpty() && all.get(0).equals(spec.name());
        return named ? all.subList(1, all.size()) : all;
    }

    /** Removes an option and its value, given as one argument or as two. */
    static List<String> without(String option, List<String> arguments) {
        List<String> others = new ArrayList<>();
        for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
            String argument = each.next();
            if (argument.equals(option)) {
                each.next();
            } else if (!argument.startsWith(option + "=")) {
                others.add(argument);
            }
        }
        return others;
    }

    /** Replaces the value of an option wherever it is given. */
    static List<String> with(String option, UnaryOperator<String> value, List<String> arguments) {
        List<String> changed = new ArrayList<>();
        for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
            String argument = each.next();
            if (argument.equals(option)) {
                changed.add(argument);
                changed.add(value.apply(each.next()));
            } else if (argument.startsWith(option + "=")) {
                changed.add(option + "=" + value.apply(argument.substring(option.length() + 1)));
            } else {
                changed.add(argument);
            }
        }
        return changed;
    }

    /** Saved arguments by the names that options have now. */
    static List<String> renamed(List<String> saved) {
        List<String> renamed = new ArrayList<>();
        for (String argument : saved) {
            boolean old = argument.equals(MATRIX_PRECISION) || argument.startsWith(MATRIX_PRECISION + "=");
            renamed.add(old ? "--precision" + argument.substring(MATRIX_PRECISION.length()) : argument);
        }
        return renamed;
    }

    /**
     * Refuses arguments that {@code train} would not have saved; files that they name are not read.
     *
     * @param file for messages
     * @throws ModelFileException naming the first that is wrong
     */
    static void checkSaved(Path file, List<String> arguments) throws ModelFileException {
        ParseResult result;
        try {
            result = savedParser(new TrainCommand()).parseArgs(arguments.toArray(String[]::new));
        } catch (ParameterException e) {
            throw refusal(file, ModelFileException.quoted(e.getMessage()), e);
        }
        for (String option : NEVER_SAVED) {
            if (result.hasMatchedOption(option)) {
                throw refusal(file, option + " is none of a run", null);
            }
        }
    }

    private static ModelFileException refusal(Path file, String reason, Throwable cause) {
        return new ModelFileException(
                file + ": the arguments that it has of the run are no options of train: " + reason
                        + "; get the file again, or start another run",
                cause);
    }

    /** A parser for saved arguments: of a repeated option the last value counts, and {@code @} names no file. */
    static CommandLine savedParser(TrainCommand command) {
        return OptionValues.registered(new CommandLine(command))
                .setExpandAtFiles(false)
                .setOverwrittenOptionsAllowed(true);
    }

    /** Files of options, which arguments name by {@code @}; they may name others in the same way. */
    static final class OptionFiles {
        private static final int LAST_CHARACTER = 255;

        private final Set<Path> visited = new HashSet<>();

        private OptionFiles() {}

        /**
         * Refuses files that picocli cannot read or would block on: pipes, devices and directories, wherever they are
         * named.
         *
         * @throws RegularFile.NotRegularException if one is a pipe or a device
         * @throws IOException if one is a directory, or cannot be read
         */
        static void require(String[] arguments) throws IOException {
            OptionFiles files = new OptionFiles();
            for (String argument : arguments) {
                files.require(argument);
            }
        }

        // "@@" begins an ordinary argument; a file that does not exist or is not readable is an ordinary argument, too.
        private void require(String argument) throws IOException {
            if (argument.length() < 2 || argument.charAt(0) != '@' || argument.charAt(1) == '@') {
                return;
            }
            Path file;
            try {
                file = Path.of(argument.substring(1));
            } catch (InvalidPathException e) {
                // Not a valid file name: it is an ordinary argument.
                return;
            }
            RegularFile.require(file);
            if (!Files.isReadable(file) || !visited.add(file.toAbsolutePath())) {
                return;
            }
            if (Files.isDirectory(file)) {
                throw new IOException(
                        "option file must be a file: " + argument + " names a directory; name a file in it, or write @"
                                + argument + " for an argument that begins with @");
            }
            requireNamedIn(file);
        }

        // Tokenizes a file as picocli does.
        private void requireNamedIn(Path file) throws IOException {
            try (Reader reader = new FileReader(file.toFile())) {
                StreamTokenizer tokens = new StreamTokenizer(reader);
                tokens.resetSyntax();
                tokens.wordChars(' ', LAST_CHARACTER);
                tokens.whitespaceChars(0, ' ');
                tokens.quoteChar('"');
                tokens.quoteChar('\'');
                tokens.commentChar('#');
                while (tokens.nextToken() != StreamTokenizer.TT_EOF) {
                    if (tokens.sval != null) {
                        require(tokens.sval);
                    }
                }
            }
        }
    }
}

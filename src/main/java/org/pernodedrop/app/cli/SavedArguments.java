package org.pernodedrop.app.cli;

import java.nio.file.Path;
import java.util.List;
import org.pernodedrop.model.ModelFileException;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/** The arguments that a run was started with, as a file of it has them: whoever wrote that may have written anything. */
final class SavedArguments {
    /** What a run never saves: where it is, and what does not train. */
    private static final List<String> NEVER_SAVED = List.of("--out", "--resume", "--help", "--version");

    private SavedArguments() {}

    /**
     * Refuses what {@code train} would not have saved; nothing that they name is read.
     *
     * @param file for messages
     * @throws ModelFileException naming the first that is wrong
     */
    static void check(Path file, List<String> arguments) throws ModelFileException {
        ParseResult result;
        try {
            result = parser(new TrainCommand()).parseArgs(arguments.toArray(String[]::new));
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

    /** Takes the last of an option that is there twice, and no argument for the name of a file with arguments. */
    static CommandLine parser(TrainCommand command) {
        return new CommandLine(command).setExpandAtFiles(false).setOverwrittenOptionsAllowed(true);
    }
}

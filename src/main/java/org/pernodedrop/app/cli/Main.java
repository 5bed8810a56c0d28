package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import org.pernodedrop.io.TerminalPrinter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;

/**
 * The program {@code pernodedrop}.
 *
 * <p>Exit codes: {@value #OK} fine, {@value #USAGE} wrong usage, {@value #FAILURE} anything else. Failures are reported
 * in one line on the error stream; {@code -Dpernodedrop.stacktrace=true} adds the stack trace.
 */
@Command(
        name = "pernodedrop",
        description = "Dense layers with fresh noise on every connection of every sample, without storing the mask.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            TrainCommand.class,
            CompareCommand.class,
            PredictCommand.class,
            MasksCommand.class,
            BenchCommand.class,
            DoctorCommand.class,
        },
        footer = {
            "",
            "Each command explains its options: pernodedrop COMMAND --help",
            "Exit codes: 0 fine, 2 wrong usage, 1 anything else."
        })
public final class Main extends ProgramCommand {
    /** All went well. */
    public static final int OK = 0;

    /** Anything else than wrong usage: bad data, unwritable files, too little memory. */
    public static final int FAILURE = 1;

    /** Options that are unknown, missing or out of range. */
    public static final int USAGE = 2;

    private static final int HELP_WIDTH = 100;

    private Main() {}

    /** Runs the program and, if it failed, ends the process with the exit code. */
    public static void main(String[] arguments) {
        int code = run(arguments, new PrintWriter(System.out, true), new PrintWriter(System.err, true));
        // Return normally otherwise: the caller may be a build that continues in this process.
        if (code != OK) {
            System.exit(code);
        }
    }

    /**
     * Runs the program and returns the exit code.
     *
     * @param out results
     * @param err errors, notices and progress
     */
    public static int run(String[] arguments, PrintWriter out, PrintWriter err) {
        PrintWriter safeOut = new TerminalPrinter(out);
        PrintWriter safeErr = new TerminalPrinter(err);
        Failures failures = new Failures(safeErr);
        // Help texts are trusted and may contain colour escapes, which are replaced in other output.
        CommandLine commandLine = commandLine().setOut(out).setErr(safeErr).setUsageHelpWidth(HELP_WIDTH);
        commandLine
                .setParameterExceptionHandler((failure, all) -> wrongUsage(failure, safeErr))
                .setExecutionExceptionHandler(
                        (failure, command, all) -> failures.report(failure, command.getCommandSpec()))
                .setExecutionStrategy(parsed -> executed(parsed, commandLine, safeOut));
        try {
            CommandArguments.OptionFiles.require(arguments);
            int code = commandLine.execute(arguments);
            if (out.checkError()) {
                err.println("error: standard output cannot be written to, on a full disk for one: results are lost");
                return code == OK ? FAILURE : code;
            }
            return code;
        } catch (IOException failure) {
            return failures.report(failure);
        } catch (OutOfMemoryError failure) {
            return failures.report(failure);
        } finally {
            safeOut.flush();
            safeErr.flush();
        }
    }

    private static int executed(ParseResult parsed, CommandLine all, PrintWriter out) {
        Integer helped = CommandLine.executeHelpRequest(parsed);
        if (helped != null) {
            return helped;
        }
        all.setOut(out);
        return new CommandLine.RunLast().execute(parsed);
    }

    /** The commands and their options. */
    static CommandLine commandLine() {
        return OptionValues.registered(new CommandLine(new Main()));
    }

    /** Prints the help as an error. */
    @Override
    public Integer call() {
        spec.commandLine().usage(err(), Ansi.OFF);
        return USAGE;
    }

    private static int wrongUsage(ParameterException failure, PrintWriter err) {
        err.println("error: " + Failures.oneLine(failure.getMessage()));
        err.println(
                "Try '" + failure.getCommandLine().getCommandSpec().qualifiedName() + " --help' for what it takes.");
        return USAGE;
    }
}

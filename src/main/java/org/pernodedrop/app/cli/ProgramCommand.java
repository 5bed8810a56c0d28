package org.pernodedrop.app.cli;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** A command with {@code --help} and {@code --version}; {@code call} returns the exit code. */
@Command(mixinStandardHelpOptions = true, versionProvider = Version.class)
abstract class ProgramCommand implements Callable<Integer> {
    @Spec
    CommandSpec spec;

    OptionChecks checks() {
        return new OptionChecks(spec);
    }

    PrintWriter out() {
        return spec.commandLine().getOut();
    }

    PrintWriter err() {
        return spec.commandLine().getErr();
    }

    /** Prints a notice immediately. */
    void tell(String line) {
        err().println(line);
        err().flush();
    }
}

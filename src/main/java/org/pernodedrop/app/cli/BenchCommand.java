package org.pernodedrop.app.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code bench}: what PerNodeDrop costs, beside what one would do without. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Measures what PerNodeDrop costs: one layer in all ways to compute it, or whole trainings.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchLayersCommand.class,
            BenchTrainingCommand.class,
            BenchReportCommand.class,
        },
        footer = {
            "",
            "Example: measure, and make a page of it:",
            "  pernodedrop bench layers --suite paper --json bench.jsonl --html bench.html",
            "",
            "The fast CPU loops need the Vector API: java --add-modules jdk.incubator.vector -jar ..."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    /** Without a command: the help. */
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getOut(), Ansi.OFF);
        return Main.OK;
    }
}

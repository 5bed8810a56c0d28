package org.pernodedrop.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.app.bench.ResultFile;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.app.bench.report.ReportPage;
import picocli.CommandLine.Command;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Option;

/** {@code bench}: measures the cost of PerNodeDrop beside the alternatives. */
@Command(
        name = "bench",
        description = "Measures what PerNodeDrop costs: one layer in all ways to compute it, or whole trainings.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            BenchLayersCommand.class,
            BenchTrainingCommand.class,
            BenchCommand.Report.class,
        },
        footer = {
            "",
            "Example: measure, and make a page of it:",
            "  pernodedrop bench layers --suite paper --json bench.jsonl --html bench.html",
            "",
            "The fast CPU loops need the Vector API: java --add-modules jdk.incubator.vector -jar ..."
        })
final class BenchCommand extends ProgramCommand {
    /** Prints the help. */
    @Override
    public Integer call() {
        spec.commandLine().usage(out(), Ansi.OFF);
        return Main.OK;
    }

    /** {@code bench report}: makes a page from results of any machine. */
    @Command(
            name = "report",
            description =
                    "Makes the page that --html makes from the results that --json wrote, on this or another machine.",
            footer = {"", "Example:", "  pernodedrop bench report --json gpu.jsonl,cpu.jsonl --html bench.html"})
    static final class Report extends ProgramCommand {
        @Option(
                names = "--json",
                paramLabel = "FILE",
                split = ",",
                required = true,
                description = "Results, one file or several.")
        private List<Path> files;

        @Option(names = "--html", paramLabel = "FILE", required = true, description = "Where to write the page.")
        private Path html;

        @Override
        public Integer call() throws IOException {
            try (ReportPage.Output page = ReportPage.create(html)) {
                List<ResultRow> rows = new ArrayList<>();
                for (Path file : files) {
                    rows.addAll(ResultFile.read(file));
                }
                page.commit(rows).ifPresent(err()::println);
            }
            out().println("page: " + html);
            return Main.OK;
        }
    }
}

package org.pernodedrop.app.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.pernodedrop.app.bench.ResultFile;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.app.bench.report.ReportFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code bench report}: a page from results that were measured anywhere. */
@Command(
        name = "report",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Makes the page that --html makes from the results that --json wrote, on this or another machine.",
        footer = {"", "Example:", "  pernodedrop bench report --json gpu.jsonl,cpu.jsonl --html bench.html"})
final class BenchReportCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            converter = OptionValues.OfPath.class,
            split = ",",
            required = true,
            description = "Results, one file or several.")
    private List<Path> files;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            converter = OptionValues.OfPath.class,
            required = true,
            description = "Where to write the page.")
    private Path html;

    @Override
    public Integer call() throws IOException {
        try (ReportFile page = ReportFile.create(html)) {
            List<ResultRow> rows = new ArrayList<>();
            for (Path file : files) {
                rows.addAll(ResultFile.read(file));
            }
            page.commit(rows).ifPresent(spec.commandLine().getErr()::println);
        }
        spec.commandLine().getOut().println("page: " + html);
        return Main.OK;
    }
}

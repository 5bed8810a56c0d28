package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.pernodedrop.app.bench.ResultFile;
import org.pernodedrop.app.bench.ResultRow;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.bench.report.ReportPage;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.kernels.Precision;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** Options of all benchmarks: device, duration and files of results. */
final class BenchOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "What computes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Device device;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description = "Threads on the CPU; 0 takes all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--precision",
            paramLabel = "NAME",
            defaultValue = "fp32",
            description = "Precision of the factors of products, as of train: ${COMPLETION-CANDIDATES} (default:"
                    + " ${DEFAULT-VALUE}).")
    private Precision precision;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            converter = OptionValues.Seconds.class,
            description = "Seconds for each way to compute something to be timed (default: ${DEFAULT-VALUE}).")
    private double seconds;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where to write the results, one JSON object a line; replaced if it is there, once all is"
                    + " measured. Without it they go to standard output.")
    private Path json;

    @Option(
            names = "--html",
            paramLabel = "FILE",
            description = "Where to write the results as a page for readers, with plots if this Java can draw.")
    private Path html;

    @Option(
            names = "--commit",
            paramLabel = "TEXT",
            description =
                    "What the results say of the sources. Default: what the build was told by -Dbuild.commit=TEXT,"
                            + " else unknown.")
    private String commit;

    /** Measures and passes rows to a sink, beginning with that of the run. */
    interface Measured {
        void into(Sink sink) throws IOException;
    }

    /** Receives rows. */
    interface Sink {
        void accept(ResultRow row) throws IOException;
    }

    void check(CommandSpec spec) {
        OptionChecks checks = new OptionChecks(spec);
        if (threads > CpuBackend.MAX_THREADS) {
            throw checks.refusal("Invalid value for option '--threads': must be at most " + CpuBackend.MAX_THREADS
                    + ", but was '" + threads + "'");
        }
        choice().check(checks);
        checks.require(json == null || !json.equals(html), "--html", "must not be the file of --json", html);
    }

    BackendOptions backend() {
        return BackendOptions.of(device).withThreads(threads).withPrecision(precision);
    }

    DeviceOptions.Choice choice() {
        return new DeviceOptions.Choice(backend());
    }

    RunRow.Start start(CommandSpec spec) {
        int taken =
                threads == 0 ? Math.min(Runtime.getRuntime().availableProcessors(), CpuBackend.MAX_THREADS) : threads;
        List<String> arguments = spec.root().commandLine().getParseResult().expandedArgs();
        String command = "pernodedrop " + String.join(" ", arguments);
        return new RunRow.Start(command, commit == null ? Version.commit() : commit, Version.current(), taken, seconds);
    }

    /** The table is printed to the stream that does not receive the JSON objects. */
    PrintWriter table(CommandSpec spec) {
        return json == null ? spec.commandLine().getErr() : spec.commandLine().getOut();
    }

    /** Opens all files before anything is measured, and commits them after everything was measured. */
    void write(CommandSpec spec, Measured measured) throws IOException {
        PrintWriter out = spec.commandLine().getOut();
        List<ResultRow> rows = new ArrayList<>();
        try (ResultFile results = json == null ? null : ResultFile.create(json);
                ReportPage.Output page = html == null ? null : ReportPage.create(html)) {
            measured.into(row -> {
                rows.add(row);
                if (results == null) {
                    out.println(ResultFile.line(row));
                } else {
                    results.add(row);
                }
            });
            if (results != null) {
                results.commit();
                out.println("results: " + json);
            }
            if (page != null) {
                page.commit(rows).ifPresent(table(spec)::println);
                table(spec).println("page: " + html);
            }
        }
    }
}

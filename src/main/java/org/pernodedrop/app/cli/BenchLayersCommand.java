package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.pernodedrop.app.bench.LayerBenchmark;
import org.pernodedrop.app.bench.LayerRow;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.bench.ShapeText;
import org.pernodedrop.app.bench.Suite;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench layers}: times one PerNodeDrop layer beside the dense one, dropout, and other ways to compute it. */
@Command(
        name = "layers",
        description = {
            "Times one PerNodeDrop layer with bias and ReLU, forward and backward, by each strategy, and in the same run,"
                    + " interleaved, the plain dense layer and the dense layer with dropout.",
            "All results are checked against the definition first, and what is wrong is not timed; times are medians in microseconds, taken by the device"
                    + " with empty caches. What the device reaches at best is measured at the start. With --json the"
                    + " objects go to the file and a table to standard output; without it the objects go to standard"
                    + " output and the table to standard error."
        },
        footer = {
            "",
            "Exit codes: 1 if any result was wrong; the others are written all the same.",
            "",
            "Example: two rates at the size of a first layer for MNIST:",
            "  pernodedrop bench layers --shapes 128x784x256 --drop-rates 0.3,0.5 --threads 2 --json bench.jsonl"
        })
final class BenchLayersCommand extends ProgramCommand {
    private static final String DEFAULT_SHAPE = "128x784x256";

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--shapes",
            paramLabel = "BxIxU",
            split = ",",
            description =
                    "Samples, inputs and outputs, one shape or several; BxTxIxU for samples of T positions that share"
                            + " a mask. Default: " + DEFAULT_SHAPE + ", unless there is a --suite.")
    private List<ConnectionShape> shapes;

    @Option(
            names = "--suite",
            paramLabel = "NAME",
            split = ",",
            description = "Shapes by name, one list or several: ${COMPLETION-CANDIDATES}. paper: layers of the paper's"
                    + " networks; wide: 4096 by 4096; sequence: 512 positions share a mask; growth: each size over three"
                    + " decades.")
    private List<Suite> suites;

    @Option(
            names = "--drop-rates",
            paramLabel = "P",
            split = ",",
            defaultValue = "0.3,0.5",
            description = "Drop rates in [0, 1), one or several (default: ${DEFAULT-VALUE}).")
    private List<DropRate> rates;

    @Option(
            names = "--noise",
            paramLabel = "NOISE",
            defaultValue = "bernoulli",
            description = "What mask values are drawn from: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Noise noise;

    @Option(
            names = "--strategies",
            paramLabel = "NAME",
            split = ",",
            description =
                    "How the layer is computed: ${COMPLETION-CANDIDATES}. Default: all that can, each named when it is"
                            + " left out.")
    private List<Strategy> strategies;

    private final List<String> wrong = new ArrayList<>();

    @Override
    public Integer call() throws IOException {
        OptionChecks checks = checks();
        options.check(spec);
        checks.require(
                strategies == null || !strategies.contains(Strategy.AUTO),
                "--strategies",
                "must name ways to compute, of which auto chooses one",
                Strategy.AUTO);
        masks();
        options.write(spec, this::measure);
        if (!wrong.isEmpty()) {
            throw new IllegalStateException(wrong.size() + " results were wrong: " + wrong.get(0));
        }
        return Main.OK;
    }

    private void measure(BenchOptions.Sink sink) throws IOException {
        PrintWriter table = options.table(spec);
        PrintWriter err = err();
        try (Backend backend = options.choice().open(checks(), err::println)) {
            RunRow run = options.start(spec).withPeaks(backend, options.backend());
            sink.accept(run);
            tell(err, run);
            LayerBenchmark benchmark = new LayerBenchmark(backend, options.backend(), run, err::println);
            table.println(header());
            for (ConnectionShape shape : allShapes()) {
                for (MaskSpec mask : masks()) {
                    for (LayerRow row : benchmark.run(shape, mask, chosen())) {
                        table.println(row(row));
                        table.flush();
                        sink.accept(row);
                    }
                }
            }
            wrong.addAll(benchmark.wrong());
        }
    }

    private List<MaskSpec> masks() {
        OptionChecks checks = checks();
        return rates.stream()
                .map(rate -> checks.mask("--drop-rates", noise, Granularity.CONNECTION, rate, false))
                .toList();
    }

    private Set<ConnectionShape> allShapes() {
        Set<ConnectionShape> all = new LinkedHashSet<>();
        if (shapes != null) {
            all.addAll(shapes);
        }
        if (suites != null) {
            suites.forEach(suite -> all.addAll(suite.shapes()));
        }
        if (all.isEmpty()) {
            all.add(ShapeText.parse(DEFAULT_SHAPE));
        }
        return all;
    }

    private List<Strategy> chosen() {
        return strategies != null
                ? strategies.stream().distinct().toList()
                : Stream.of(Strategy.values())
                        .filter(strategy -> strategy != Strategy.AUTO)
                        .toList();
    }

    private static void tell(PrintWriter err, RunRow run) {
        Double tf32 = run.peaks().tf32MaddsPerSecond();
        err.println(String.format(
                Locale.ROOT,
                "at best: %.3g multiply-adds/s in matrix products of size %d%s; %.3g bytes/s in copies of %d MiB",
                run.peaks().fp32MaddsPerSecond(),
                run.peaks().productSize(),
                tf32 == null ? "" : String.format(Locale.ROOT, ", %.3g with tf32", tf32),
                run.peaks().bandwidth(),
                run.peaks().copyBytes() >> 20));
    }

    private static String header() {
        return String.format(
                "%-20s %-9s %-15s %12s %12s %12s %12s %8s %14s",
                "shape",
                "drop rate",
                "strategy",
                "forward us",
                "backward us",
                "total us",
                "graph us",
                "% peak",
                "mask bytes");
    }

    private static String row(LayerRow row) {
        return String.format(
                Locale.ROOT,
                "%-20s %-9s %-15s %12.1f %12.1f %12.1f %12s %8.1f %14d",
                row.shape(),
                row.mask().dropRate(),
                row.strategy(),
                row.times().forward().median(),
                row.times().backward().median(),
                row.micros(),
                row.times().graphMicros() == null
                        ? ""
                        : String.format(Locale.ROOT, "%.1f", row.times().graphMicros()),
                row.work().percentOfPeak(),
                row.work().maskBytes());
    }
}

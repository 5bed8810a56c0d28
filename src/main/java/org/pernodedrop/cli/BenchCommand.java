package org.pernodedrop.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.bench.LayerBenchmark;
import org.pernodedrop.bench.LayerShape;
import org.pernodedrop.bench.Measurement;
import org.pernodedrop.bench.ResultFile;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code bench}: times one PerNodeDrop layer beside the dense one and one that stores its mask. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = {
            "Times one PerNodeDrop layer with bias and ReLU, forward and backward, and in the same run, interleaved, the"
                    + " plain dense layer and a version that keeps its mask in memory.",
            "Results are checked first; times are medians in milliseconds. With --json the objects go to the file and a"
                    + " table to standard output; without it the objects go to standard output and the table to"
                    + " standard error."
        },
        footer = {
            "",
            "Example: two rates at the size of a first layer for MNIST:",
            "  pernodedrop bench --shapes 128x784x256 --drop-rates 0.3,0.5 --threads 2 --json bench.json",
            "",
            "The fast CPU loops need the Vector API: java --add-modules jdk.incubator.vector -jar ..."
        })
final class BenchCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(
            names = "--device",
            converter = EnumOption.OfDevice.class,
            completionCandidates = EnumOption.OfDevice.class,
            paramLabel = "DEVICE",
            defaultValue = "cpu",
            description = "What computes: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Device device;

    @Option(
            names = "--shapes",
            paramLabel = "BxIxU",
            split = ",",
            defaultValue = "128x784x256",
            converter = OptionValues.Shape.class,
            description = "Samples, inputs and outputs, one shape or several (default: ${DEFAULT-VALUE}).")
    private List<LayerShape> shapes;

    @Option(
            names = "--drop-rates",
            paramLabel = "P",
            split = ",",
            defaultValue = "0.3,0.5",
            converter = OptionValues.Rate.class,
            description = "Drop rates in [0, 1), one or several (default: ${DEFAULT-VALUE}).")
    private List<DropRate> rates;

    @Option(
            names = "--noise",
            converter = EnumOption.OfNoise.class,
            completionCandidates = EnumOption.OfNoise.class,
            paramLabel = "NOISE",
            defaultValue = "bernoulli",
            description = "What mask values are drawn from: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private Noise noise;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description = "Threads on the CPU; 0 takes all cores (default: ${DEFAULT-VALUE}).")
    private int threads;

    @Option(
            names = "--matrix-precision",
            converter = EnumOption.OfPrecision.class,
            completionCandidates = EnumOption.OfPrecision.class,
            paramLabel = "NAME",
            defaultValue = "fp32",
            description = "How cuda multiplies the matrices of the dense layer and of the stored mask:"
                    + " ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
    private MatrixPrecision precision;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "2",
            converter = OptionValues.Seconds.class,
            description =
                    "Seconds for each kind to warm up, and again to be timed (default: ${DEFAULT-VALUE}); at least "
                            + LayerBenchmark.LEAST_REPETITIONS + " repetitions are made in any case.")
    private double seconds;

    @Option(
            names = "--json",
            paramLabel = "FILE",
            description = "Where to write the results, one JSON object a line; replaced if it is there, once all is"
                    + " measured.")
    private Path file;

    @Override
    public Integer call() throws IOException {
        if (threads > CpuBackend.MAX_THREADS) {
            throw new ParameterException(
                    spec.commandLine(),
                    "Invalid value for option '--threads': must be at most " + CpuBackend.MAX_THREADS + ", but was '"
                            + threads + "'");
        }
        choice().check(new OptionChecks(spec));
        PrintWriter out = spec.commandLine().getOut();
        PrintWriter err = spec.commandLine().getErr();
        if (file == null) {
            measure(err, measurement -> out.println(ResultFile.line(measurement)));
            return Main.OK;
        }
        try (ResultFile results = ResultFile.create(file)) {
            measure(out, results::add);
            results.commit();
        }
        out.println("results: " + file);
        return Main.OK;
    }

    private interface Sink {
        void accept(Measurement measurement) throws IOException;
    }

    private void measure(PrintWriter table, Sink sink) throws IOException {
        PrintWriter err = spec.commandLine().getErr();
        int taken =
                threads == 0 ? Math.min(Runtime.getRuntime().availableProcessors(), CpuBackend.MAX_THREADS) : threads;
        BackendChoice choice = choice();
        try (Backend backend = choice.open(new OptionChecks(spec), err::println)) {
            LayerBenchmark benchmark =
                    new LayerBenchmark(backend, taken, choice.precisionOn(backend), seconds, err::println);
            table.println(header());
            for (LayerShape shape : shapes) {
                for (DropRate rate : rates) {
                    MaskSpec mask = new MaskSpec(noise, Granularity.CONNECTION, rate, false);
                    for (Measurement measurement : benchmark.run(shape, mask)) {
                        table.println(row(shape, measurement));
                        sink.accept(measurement);
                    }
                }
            }
        }
    }

    private BackendChoice choice() {
        return new BackendChoice(BackendOptions.of(device).withThreads(threads).withPrecision(precision));
    }

    private static String header() {
        return String.format(
                "%-16s %-9s %-12s %12s %12s %12s %14s",
                "shape", "drop rate", "kind", "forward ms", "backward ms", "total ms", "mask bytes");
    }

    private static String row(LayerShape shape, Measurement measurement) {
        return String.format(
                Locale.ROOT,
                "%-16s %-9s %-12s %12.3f %12.3f %12.3f %14d",
                shape,
                measurement.dropRate(),
                measurement.kind(),
                measurement.forwardMs(),
                measurement.backwardMs(),
                measurement.totalMs(),
                measurement.maskBytes());
    }
}

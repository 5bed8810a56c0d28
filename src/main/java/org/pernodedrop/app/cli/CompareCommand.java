package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.compare.ComparedRegularizer;
import org.pernodedrop.app.compare.ComparedRun;
import org.pernodedrop.app.compare.Comparison;
import org.pernodedrop.app.compare.Plan;
import org.pernodedrop.app.compare.Runner;
import org.pernodedrop.app.compare.RunsFile;
import org.pernodedrop.app.compare.Trial;
import org.pernodedrop.app.compare.report.ComparisonFiles;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.Device;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Reading.Header;
import org.pernodedrop.io.FolderLock;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.RunReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code compare}: trains a network with several regularizers and compares the results. */
@Command(
        name = "compare",
        sortOptions = false,
        usageHelpAutoWidth = true,
        abbreviateSynopsis = true,
        description = {
            "Trains the same network with several regularizers, at several drop rates, from several seeds, and compares them.",
            "",
            "A run goes back to its epoch of lowest validation loss and is then tested once, on examples that no choice is"
                    + " made by. Every regularizer's drop rate is chosen by validation loss. Called again with the same --out, it does"
                    + " what is missing: after an interruption, or with more regularizers, rates or seeds.",
            "",
            "Options:"
        },
        footer = {
            "",
            "Files in --out:",
            "  index.html       all of it on one page that explains itself",
            "  runs.jsonl       settings, then a line a finished run with all its epochs",
            "  runs.csv         a line a run",
            "  summary.csv      means and standard deviations for each setting",
            "  differences.csv  paired differences to none and to dropout, with 95%% intervals",
            "  summary.json     the same for programs",
            "  gap.png          gap and validation loss as curves",
            "",
            "Example:",
            "  pernodedrop compare --data vowel --regularizers none,dropout,pernodedrop --out vowel"
        })
final class CompareCommand extends ProgramCommand {
    @Option(
            names = "--regularizers",
            paramLabel = "NAME",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "none,dropout,dropconnect,pernodedrop",
            description = "What is compared: ${COMPLETION-CANDIDATES}; separated by commas. Default: ${DEFAULT-VALUE}.")
    private List<ComparedRegularizer> regularizers;

    @Option(
            names = "--drop-rates",
            paramLabel = "P",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "0.1,0.3,0.5,0.6,0.7",
            description = "Drop rates that each is tried at, in [0, 1). Default: ${DEFAULT-VALUE}.")
    private List<DropRate> dropRates;

    @Option(
            names = "--seeds",
            paramLabel = "N",
            converter = OptionValues.Positive.class,
            defaultValue = "5",
            description = "Number of seeds, which are 1, 2, ... Default: ${DEFAULT-VALUE}.")
    private int seeds;

    @Option(
            names = "--gaussian-strategy",
            paramLabel = "NAME",
            defaultValue = "auto",
            description =
                    "How pernodedrop-gaussian is computed: ${COMPLETION-CANDIDATES}. reparameterized is many times"
                            + " faster, with another sample of the same distribution. Default: ${DEFAULT-VALUE}.")
    private Strategy gaussian;

    @Mixin
    private final DataOptions data = new DataOptions();

    @Option(
            names = "--test-fraction",
            paramLabel = "X",
            defaultValue = "0.2",
            description =
                    "Share of the examples that is kept for the test, in (0, 1), where data has no test part of its"
                            + " own. Default: ${DEFAULT-VALUE}.")
    private double testFraction;

    @Mixin
    private final ModelOptions.Layers network = new ModelOptions.Layers();

    @Mixin
    private final OptimizationOptions optimization = new OptimizationOptions();

    @Mixin
    private final DeviceOptions device = new DeviceOptions();

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description =
                    "Runs at a time, each on one thread of the CPU or on the GPU; 0 for as many as there are cores,"
                            + " and one on a GPU. Results don't depend on it. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            required = true,
            description = "Where results are written; finished runs that are there are used.")
    private Path out;

    @Option(
            names = "--report-only",
            description = "Train nothing: make tables and page from the runs in --out, whatever their settings are.")
    private boolean reportOnly;

    @Override
    public Integer call() throws IOException {
        Path runs = out.resolve("runs.jsonl");
        if (reportOnly) {
            RunsFile.Content content = RunsFile.read(runs);
            try (FolderLock folder = OutputFiles.hold(out, this::tell)) {
                report(folder, new Comparison(content.runs()), content.header());
            }
            return Main.OK;
        }
        OptionChecks checks = checks();
        check(checks);
        DataSource source = data.source(checks, this::tell);
        LongFunction<DataSplit> splits = seed -> {
            DataSplit split = source.loadWithTest(seed, data.validationFraction, testFraction, data.limit);
            split.standardize();
            return split;
        };
        Plan plan = new Plan(
                regularizers, dropRates.stream().map(DropRate::requested).toList(), seeds);
        try (FolderLock folder = OutputFiles.hold(out, this::tell);
                Backend first = device.choice(checks, 1).open(checks, this::tell);
                RunsFile file = openRuns(folder, runs, header(first, splits.apply(1)))) {
            Trial trial = new Trial(
                    ModelConfig.standard()
                            .withArchitecture(network.architecture)
                            .with(network.activation, network.l2),
                    gaussian,
                    optimization.training(0),
                    device.dataOnDevice);
            List<Plan.Task> missing = plan.missing(file.runs());
            Progress progress = new Progress(plan.tasks().size(), missing.size(), this::tell);
            new Runner(trial, splits, () -> device.choice(checks, 1).open(checks, line -> {}))
                    .run(missing, Math.max(1, Math.min(jobsOn(first), missing.size())), file, progress::finished);
            report(folder, new Comparison(plan.ownOf(file.runs())), file.header());
        }
        return Main.OK;
    }

    private static RunsFile openRuns(FolderLock folder, Path runs, RunsFile.Header header) throws IOException {
        // A comparison writes its runs first; without them the other files are somebody else's.
        OutputFiles.requireOwn(folder, ComparisonFiles.FILES, file -> Files.isRegularFile(runs));
        return RunsFile.open(folder, runs, header);
    }

    private int jobsOn(Backend backend) {
        if (jobs > 0) {
            return jobs;
        }
        boolean cpu = backend.device().equals(Device.CPU.toString());
        return cpu ? Runtime.getRuntime().availableProcessors() : 1;
    }

    private void check(OptionChecks checks) {
        device.choice(checks, 1).check(checks);
        data.check(checks);
        network.check(checks);
        optimization.check(checks);
        checks.require(testFraction > 0 && testFraction < 1, "--test-fraction", "must be in (0, 1)", testFraction);
        for (ComparedRegularizer regularizer : regularizers) {
            for (DropRate rate : regularizer.drops() ? dropRates : List.<DropRate>of()) {
                checks.valid(
                        "--drop-rates=" + rate.requested() + " with " + regularizer + ": ",
                        () -> regularizer.model(ModelConfig.standard(), rate, Strategy.AUTO));
            }
        }
        boolean used = regularizers.contains(ComparedRegularizer.PERNODEDROP_GAUSSIAN);
        checks.onlyWith(
                "--regularizers with pernodedrop-gaussian", used, "--gaussian-strategy", gaussian != Strategy.AUTO);
        try {
            StrategyChoice.require(gaussian, MaskSpec.of(Noise.GAUSSIAN, Granularity.CONNECTION, 0.5), 1);
        } catch (IllegalArgumentException e) {
            throw checks.refusal("--gaussian-strategy=" + gaussian + ": " + e.getMessage());
        }
    }

    private RunsFile.Header header(Backend backend, DataSplit first) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.putAll(data.settings());
        // Comparisons that were started before this option existed remain valid; the checksum covers the data read.
        settings.remove("header", Header.AUTO);
        settings.put("test_fraction", testFraction);
        settings.put("data_checksum", first.checksum());
        settings.put("train_examples", first.train().examples());
        settings.put("validation_examples", first.validation().examples());
        settings.put("test_examples", first.test().orElseThrow().examples());
        settings.putAll(network.settings());
        settings.putAll(optimization.settings());
        settings.put("gaussian_strategy", gaussian);
        settings.put("device", backend.device());
        settings.put("precision", device.choice(checks(), 1).precisionOn(backend));
        Map<String, String> environment = new LinkedHashMap<>();
        environment.put("command", "pernodedrop compare " + String.join(" ", CommandArguments.of(spec)));
        environment.put("version", Version.current());
        environment.put("commit", Version.commit());
        environment.put("computed by", backend.describe());
        environment.put("host", RunRow.Start.processor());
        environment.put("operating system", RunReport.operatingSystemName());
        environment.put("Java", RunReport.javaVersion());
        return new RunsFile.Header(settings, environment);
    }

    private void report(FolderLock folder, Comparison comparison, RunsFile.Header header) throws IOException {
        Optional<String> notDrawn;
        try (OutputFiles files = OutputFiles.begin(folder, ComparisonFiles.FILES)) {
            notDrawn = ComparisonFiles.write(files.path(), comparison, header);
            files.commit();
        }
        PrintWriter printer = out();
        printer.print(ComparisonFiles.table(comparison));
        notDrawn.ifPresent(printer::println);
        printer.println("page: " + out.resolve("index.html"));
        printer.flush();
    }

    /** Reports every finished run and estimates the remaining time. */
    private static final class Progress {
        private static final double NANOS_PER_MINUTE = 60e9;

        private final int all;
        private final int missing;
        private final Consumer<String> lines;
        private final long start = System.nanoTime();
        private int finished;

        Progress(int all, int missing, Consumer<String> lines) {
            this.all = all;
            this.missing = missing;
            this.lines = lines;
            if (missing < all) {
                lines.accept(all - missing + " of " + all + " runs are there already");
            }
        }

        void finished(ComparedRun run) {
            finished++;
            double minutes = (System.nanoTime() - start) / NANOS_PER_MINUTE * (missing - finished) / finished;
            String result = run.succeeded()
                    ? String.format(
                            Locale.ROOT,
                            "validation loss %.4f, gap %.4f, %.1f s",
                            run.best().validationLoss(),
                            run.best().gap(),
                            run.seconds())
                    : "failed: " + run.failure();
            lines.accept(String.format(
                    Locale.ROOT,
                    "%d of %d, about %.0f min left: %s, seed %d: %s",
                    all - missing + finished,
                    all,
                    Math.ceil(minutes),
                    run.setting(),
                    run.seed(),
                    result));
        }
    }
}

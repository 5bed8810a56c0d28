package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.DataException;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.data.Standardizer;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.nn.NetworkSpec;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.RunDirectory;
import org.pernodedrop.train.RunReport;
import org.pernodedrop.train.SavedRun;
import org.pernodedrop.train.TrainedData;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingException;
import org.pernodedrop.train.TrainingResult;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code train}: trains a network and the same network without regularizer. */
@Command(
        name = "train",
        sortOptions = false,
        usageHelpAutoWidth = true,
        abbreviateSynopsis = true,
        description = {
            "Trains a classifier, and the same network without regularizer beside it.",
            "",
            "Without options it trains on images of handwritten digits, which come with the program. Both networks start"
                    + " with the same weights; at the end a table shows how far validation loss is above train loss (the"
                    + " gap): a good regularizer makes that smaller without a worse validation loss.",
            "",
            "Options:"
        },
        footer = {
            "",
            "Files in --out:",
            "  metrics.csv       a line an epoch: running_loss is with masks on, the other",
            "                    losses and accuracies without masks at its end; seconds",
            "                    are those of the epoch",
            "  metrics-none.csv  the same of the network without regularizer",
            "  curves.png        the losses and the gap as curves",
            "  run.json          settings, versions, use of the device and final numbers; a",
            "                    test part of the data is used once, for these",
            "  checkpoint.safetensors  where --resume goes on; checkpoint-none.safetensors that of",
            "                    the network without regularizer",
            "  model.safetensors the weights after the epoch of lowest validation loss, for",
            "                    predict; model-none.safetensors likewise",
            "",
            "An earlier run in --out stays until the new one is whole. A run whose loss is not finite",
            "after an epoch or more is kept as it was before, and the exit code is 1."
        })
public final class TrainCommand extends ProgramCommand {
    private static final double MEBIBYTE = 1 << 20;

    @Mixin
    private final TrainOptions options = new TrainOptions();

    @Mixin
    private final ModelOptions model = new ModelOptions();

    @Override
    public Integer call() throws IOException {
        if (options.resume != null) {
            resume(options.resume);
        } else {
            check();
            OffsetDateTime started = now();
            try (RunDirectory directory = options.open(started, this::tell)) {
                train(directory, started, false);
            }
        }
        return Main.OK;
    }

    private static OffsetDateTime now() {
        return OffsetDateTime.now().truncatedTo(ChronoUnit.SECONDS);
    }

    // Parses the run's saved arguments followed by those given now.
    private void resume(Path path) throws IOException {
        if (spec.commandLine().getParseResult().hasMatchedOption("--out")) {
            throw checks().refusal("--out is not for --resume, which names the directory: leave it out");
        }
        try (RunDirectory directory = RunDirectory.resume(path, this::tell)) {
            Path checkpoint = directory.checkpoint(false);
            SavedRun saved = SavedRun.read(checkpoint);
            List<String> arguments = CommandArguments.renamed(saved.facts().arguments());
            CommandArguments.checkSaved(checkpoint, arguments);
            arguments.addAll(CommandArguments.without("--resume", CommandArguments.of(spec)));
            TrainCommand command = new TrainCommand();
            CommandArguments.savedParser(command)
                    .setCommandName(spec.qualifiedName())
                    .setOut(out())
                    .setErr(err())
                    .parseArgs(arguments.toArray(String[]::new));
            command.check();
            command.train(directory, now(), true);
        }
    }

    private void check() {
        OptionChecks checks = checks();
        model.check(checks);
        options.check(checks);
        options.data.source(checks, this::tell);
    }

    private DataSplit load(DataSource source, boolean resuming) {
        try {
            return source.load(options.training().seed(), options.data.validationFraction, options.data.limit);
        } catch (DataException e) {
            throw resuming ? new DataException(e.getMessage() + TrainedData.MOVED, e) : e;
        }
    }

    private void train(RunDirectory directory, OffsetDateTime started, boolean resuming) {
        OptionChecks checks = checks();
        DataSource source = options.data.source(checks, this::tell);
        TrainingConfig training = options.training();
        DataSplit split = load(source, resuming);
        Standardizer standardizer = split.standardize();
        Map<String, NetworkSpec> networks = describeAll(split.train(), training);
        TrainingRun.Start start = new TrainingRun.Start(
                training,
                options.data.trained(source, training.seed(), split, standardizer),
                CommandArguments.with(
                        "--data", DataSource::absolute, CommandArguments.without("--out", CommandArguments.of(spec))),
                resuming,
                options.checkpointInterval,
                options.device.dataOnDevice,
                options.explain);
        try (Backend backend = options.backend(checks, this::tell)) {
            TrainingRun run = new TrainingRun(backend, split, start, this::tell);
            run.train(networks, directory);
            RunReport.DeviceUse use = options.deviceUse(checks, backend, run.dataOnDevice());
            report(backend, source, split, started, run.trained(), use, directory)
                    .write(directory.report());
            Map<String, TrainingResult> results = new LinkedHashMap<>();
            run.trained().forEach((name, one) -> one.result().ifPresent(result -> results.put(name, result)));
            Optional<String> notDrawn = CurvesPlot.write(directory.curves(), results);
            directory.commit();
            PrintWriter out = out();
            out.print(table(run.trained(), use));
            out.println(notDrawn.orElse("curves: " + directory.curves()));
            out.flush();
            refuseDiverged(run.trained());
        } catch (OutOfMemoryError e) {
            throw new IllegalStateException(
                    "memory does not suffice for this network and batch; use a smaller --network or --batch-size, or give"
                            + " java more by -Xmx",
                    e);
        }
    }

    // The finished epochs were kept and reported, but the training was not completed.
    private static void refuseDiverged(Map<String, TrainingRun.Trained> trained) {
        List<String> diverged = new ArrayList<>();
        trained.forEach((name, one) -> one.diverged()
                .ifPresent(reason -> diverged.add(reason + " (" + name + ": "
                        + one.result()
                                .map(result ->
                                        "its epochs up to " + result.last().epoch()
                                                + " are kept, the best of them, "
                                                + result.best().epoch() + ", as its model")
                                .orElse("nothing of it is kept")
                        + ")")));
        if (!diverged.isEmpty()) {
            throw new TrainingException(String.join("; ", diverged));
        }
    }

    private Map<String, NetworkSpec> describeAll(Dataset data, TrainingConfig training) {
        List<ModelConfig> models = new ArrayList<>(List.of(model.model()));
        if (model.hasTwin()) {
            models.add(model.model().with(Regularizer.NONE));
        }
        Map<String, NetworkSpec> networks = new LinkedHashMap<>();
        for (ModelConfig each : models) {
            NetworkSpec network =
                    each.describe(data.exampleShape(), data.classes(), training.seed(), training.newOptimizer());
            networks.put(each.regularizer().toString(), network);
        }
        return networks;
    }

    private RunReport report(
            Backend backend,
            DataSource source,
            DataSplit split,
            OffsetDateTime started,
            Map<String, TrainingRun.Trained> trained,
            RunReport.DeviceUse use,
            RunDirectory directory) {
        MaskSpec mask = model.model().mask();
        RunReport.Data data = new RunReport.Data(
                source.name(),
                source.description(),
                split.train().featureCount(),
                split.train().classes(),
                split.train().examples(),
                split.validation().examples(),
                split.test().map(Dataset::examples).orElse(0));
        List<RunReport.TrainedNetwork> networks = new ArrayList<>();
        trained.forEach((name, one) -> networks.add(new RunReport.TrainedNetwork(
                name,
                one.network().layers().stream()
                        .map(layer -> (layer.kind() + " " + layer.settings()).strip())
                        .toList(),
                one.strategies().stream()
                        .map(each -> new RunReport.LayerStrategy(
                                each.layer(),
                                each.choice().strategy().toString(),
                                each.choice().reason(),
                                each.maskBytes()))
                        .toList(),
                one.network().parameterCount(),
                new RunReport.Progress(
                        one.result().map(result -> result.epochs().size()).orElse(0),
                        one.result().map(TrainingResult::stoppedEarly).orElse(false),
                        one.diverged().orElse(null)),
                one.result().map(TrainingResult::last).orElse(null),
                one.result().map(TrainingResult::best).orElse(null),
                one.test()
                        .map(totals -> new RunReport.Test(totals.meanLoss(), totals.accuracy()))
                        .orElse(null),
                one.result().map(TrainingResult::seconds).orElse(0.0))));
        return new RunReport(
                RunReport.Environment.current(Version.current()),
                started.toString(),
                backend.describe(),
                use,
                options.training().seed(),
                options.settings(model.settings(), directory.path()),
                new RunReport.MaskFigures(
                        mask.effectiveDropRate(),
                        mask.noise().usesBits() ? mask.rate().planes() : 0),
                data,
                networks);
    }

    /** The results of a run as a table for a terminal. */
    static String table(Map<String, TrainingRun.Trained> trained, RunReport.DeviceUse use) {
        StringBuilder text = new StringBuilder(String.format(
                Locale.ROOT,
                "%n%-17s %6s %11s %15s %16s %20s %8s %8s%n",
                "regularizer",
                "epochs",
                "train loss",
                "train accuracy",
                "validation loss",
                "validation accuracy",
                "gap",
                "seconds"));
        trained.forEach((name, one) -> one.result()
                .ifPresent(result -> text.append(String.format(
                        Locale.ROOT,
                        "%-17s %6d %11.4f %15.4f %16.4f %20.4f %8.4f %8.1f%n",
                        name,
                        result.last().epoch(),
                        result.last().trainLoss(),
                        result.last().trainAccuracy(),
                        result.last().validationLoss(),
                        result.last().validationAccuracy(),
                        result.last().gap(),
                        result.seconds()))));
        trained.forEach((name, one) -> one.test()
                .ifPresent(totals -> text.append(String.format(
                        Locale.ROOT,
                        "%s, test part: loss %.4f, accuracy %.4f%s%n",
                        name,
                        totals.meanLoss(),
                        totals.accuracy(),
                        Double.isFinite(totals.meanLoss())
                                ? ""
                                : " (not every example has a finite output; those without count as wrong)"))));
        return text.append(String.format(
                        Locale.ROOT,
                        "%npeak device memory: %.1f MiB, data on the %s%n",
                        use.peakMemoryBytes() / MEBIBYTE,
                        use.dataOnDevice() ? "device" : "host"))
                .toString();
    }
}

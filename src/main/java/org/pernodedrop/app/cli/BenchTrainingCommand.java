package org.pernodedrop.app.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.pernodedrop.app.bench.RunRow;
import org.pernodedrop.app.bench.TrainingBenchmark;
import org.pernodedrop.app.bench.TrainingRow;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.data.DataSplit;
import org.pernodedrop.data.Dataset;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.train.Architecture;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import org.pernodedrop.train.TrainingConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench training}: times epochs of the network that {@code train} trains. */
@Command(
        name = "training",
        description = {
            "Times epochs of the network that train trains, with each regularizer in turn: training steps only, without"
                    + " evaluations, with the data on the device.",
            "An epoch of each warms up; times are medians."
        },
        footer = {
            "",
            "Example:",
            "  pernodedrop bench training --device cuda --network mlp:2048,2048 --json training.jsonl"
        })
final class BenchTrainingCommand extends ProgramCommand {
    private static final double VALIDATION_FRACTION = 0.2;
    private static final double MICROS_PER_SECOND = 1e6;

    @Mixin
    private final BenchOptions options = new BenchOptions();

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            defaultValue = TrainingBenchmark.SyntheticData.NAME,
            description = "What to train on: " + TrainingBenchmark.SyntheticData.NAME
                    + " (random images of MNIST's size and number), " + DataSource.SPECIFICATIONS
                    + ". Default: ${DEFAULT-VALUE}.")
    private String data;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "0",
            converter = OptionValues.NotNegative.class,
            description = "Most examples; 0 for all. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--network",
            paramLabel = "SPEC",
            hideParamSyntax = true,
            defaultValue = "mlp:256,256",
            description = "Layers: " + Architecture.SPECIFICATIONS + ". Default: ${DEFAULT-VALUE}.")
    private Architecture architecture;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "128",
            converter = OptionValues.Positive.class,
            description = "Samples in a step. Default: ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--regularizers",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "none,dropout,pernodedrop",
            description =
                    "What hidden layers do against overfitting: ${COMPLETION-CANDIDATES}; one or several. Default:"
                            + " ${DEFAULT-VALUE}.")
    private List<Regularizer> regularizers;

    @Option(
            names = "--strategies",
            paramLabel = "NAME",
            split = ",",
            defaultValue = "auto",
            description = "How pernodedrop is computed: ${COMPLETION-CANDIDATES}; one or several. Default:"
                    + " ${DEFAULT-VALUE}.")
    private List<Strategy> strategies;

    @Option(
            names = "--noise",
            paramLabel = "NOISE",
            defaultValue = "bernoulli",
            description =
                    "What pernodedrop's masks are drawn from: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Noise noise;

    @Option(
            names = "--drop-rate",
            paramLabel = "P",
            defaultValue = "0.5",
            description = "Drop rate in [0, 1). Default: ${DEFAULT-VALUE}.")
    private DropRate rate;

    @Mixin
    private final DataOptions.Files files = new DataOptions.Files();

    @Override
    public Integer call() throws IOException {
        options.check(spec);
        source();
        checks().valid("--drop-rate=" + rate.requested() + ": ", this::models);
        options.write(spec, this::measure);
        return Main.OK;
    }

    private DataSource source() {
        return data.equals(TrainingBenchmark.SyntheticData.NAME)
                ? null
                : checks().valid("--", () -> DataSource.of(data, files.reading(null, err()::println)));
    }

    private Dataset examples(TrainingConfig training) {
        DataSource source = source();
        if (source == null) {
            return TrainingBenchmark.SyntheticData.of(limit);
        }
        DataSplit split = source.load(training.seed(), VALIDATION_FRACTION, limit);
        split.standardize();
        return split.train();
    }

    private void measure(BenchOptions.Sink sink) throws IOException {
        PrintWriter table = options.table(spec);
        PrintWriter err = err();
        DeviceOptions.Choice choice = options.choice();
        TrainingConfig training = TrainingConfig.builder().batchSize(batchSize).build();
        Dataset examples = examples(training);
        try (Backend backend = choice.open(checks(), err::println)) {
            RunRow run = options.start(spec).withoutPeaks(backend, options.backend());
            sink.accept(run);
            TrainingBenchmark benchmark = new TrainingBenchmark(backend, run, choice.graphsOn(backend), err::println);
            table.println(
                    String.format("%-18s %14s %8s %16s", "regularizer", "epoch seconds", "epochs", "samples/second"));
            for (TrainingRow row : benchmark.run(examples, models(), training)) {
                table.println(String.format(
                        Locale.ROOT,
                        "%-18s %14.3f %8d %16.0f",
                        row.regularization().regularizer(),
                        row.epoch().median() / MICROS_PER_SECOND,
                        row.repetitions(),
                        row.samplesPerSecond()));
                sink.accept(row);
            }
        }
    }

    private List<ModelConfig> models() {
        List<ModelConfig> models = new ArrayList<>();
        for (Regularizer regularizer : regularizers.stream().distinct().toList()) {
            boolean masks = regularizer == Regularizer.PERNODEDROP;
            for (Strategy strategy : masks ? strategies.stream().distinct().toList() : List.of(Strategy.AUTO)) {
                models.add(new ModelConfig(
                        regularizer,
                        noise,
                        Granularity.CONNECTION,
                        false,
                        strategy,
                        rate,
                        architecture,
                        Activation.RELU,
                        0));
            }
        }
        return models;
    }
}

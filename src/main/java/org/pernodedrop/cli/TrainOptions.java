package org.pernodedrop.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;
import org.pernodedrop.backend.Activation;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.cpu.CpuBackend;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.train.LearningRateSchedule;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.OptimizerKind;
import org.pernodedrop.train.Regularizer;
import org.pernodedrop.train.TrainingConfig;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of {@link TrainCommand}, and the checks that name them. */
final class TrainOptions {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss");
    private static final double DEFAULT_DROP_RATE = 0.5;

    @Option(
            names = "--data",
            paramLabel = "SPEC",
            defaultValue = "digits",
            description = "What to learn: " + DataSource.SPECIFICATIONS + ". Default: ${DEFAULT-VALUE}.")
    private String data;

    @Option(
            names = "--label",
            paramLabel = "COL",
            description = "Label column of csv:FILE, by name or number from 0. Default: the last one.")
    private String label;

    @Option(
            names = "--regularizer",
            paramLabel = "NAME",
            converter = EnumOption.OfRegularizer.class,
            completionCandidates = EnumOption.OfRegularizer.class,
            defaultValue = "pernodedrop",
            description = "What hidden layers do against overfitting: ${COMPLETION-CANDIDATES}. Unless it is none, the"
                    + " same network without is trained too. Default: ${DEFAULT-VALUE}.")
    private Regularizer regularizer;

    @Option(names = "--no-twin", description = "Don't train the network without the regularizer for comparison.")
    private boolean noTwin;

    @Option(
            names = "--noise",
            paramLabel = "NAME",
            converter = EnumOption.OfNoise.class,
            completionCandidates = EnumOption.OfNoise.class,
            description = "What pernodedrop multiplies connections by: ${COMPLETION-CANDIDATES}. bernoulli cuts them,"
                    + " gaussian disturbs all, partial-gaussian disturbs some. Default: bernoulli.")
    private Noise noise;

    @Option(
            names = "--granularity",
            paramLabel = "NAME",
            converter = EnumOption.OfGranularity.class,
            completionCandidates = EnumOption.OfGranularity.class,
            description = "What pernodedrop draws a value for, in each sample: ${COMPLETION-CANDIDATES}. Default:"
                    + " connection.")
    private Granularity granularity;

    @Option(
            names = "--fixed-mask",
            description = "Let pernodedrop draw one mask for all samples and steps, also used in evaluation.")
    private boolean fixedMask;

    @Option(
            names = "--drop-rate",
            paramLabel = "P",
            description = "Share of connections or units to drop, in [0, 1). Default: " + DEFAULT_DROP_RATE + ".")
    private Double dropRate;

    @Option(
            names = "--hidden",
            paramLabel = "UNITS",
            split = ",",
            hideParamSyntax = true,
            defaultValue = "256,256",
            description = "Units of the hidden layers, from the input on, separated by commas. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int[] hidden;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            converter = EnumOption.OfActivation.class,
            completionCandidates = EnumOption.OfActivation.class,
            defaultValue = "relu",
            description = "Activation of the hidden layers: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Activation activation;

    @Option(
            names = "--epochs",
            paramLabel = "N",
            defaultValue = "30",
            description = "Passes over the training part. Default: ${DEFAULT-VALUE}.")
    private int epochs;

    @Option(
            names = "--batch-size",
            paramLabel = "N",
            defaultValue = "64",
            description = "Samples in a step; the last step of an epoch takes what is left. Default: ${DEFAULT-VALUE}.")
    private int batchSize;

    @Option(
            names = "--optimizer",
            paramLabel = "NAME",
            converter = EnumOption.OfOptimizer.class,
            completionCandidates = EnumOption.OfOptimizer.class,
            defaultValue = "adam",
            description = "How weights follow their gradients: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private OptimizerKind optimizer;

    @Option(
            names = "--momentum",
            paramLabel = "X",
            description = "Share of its velocity that sgd keeps, in [0, 1). Default: " + TrainingConfig.DEFAULT_MOMENTUM
                    + ".")
    private Double momentum;

    @Option(
            names = "--weight-decay",
            paramLabel = "X",
            description = "How fast adamw shrinks all weights, times the learning rate. Default: "
                    + TrainingConfig.DEFAULT_WEIGHT_DECAY + ".")
    private Double weightDecay;

    @Option(
            names = "--l2",
            paramLabel = "X",
            defaultValue = "0",
            description =
                    "Penalty on weights, X/2 times the sum of their squares, not part of the losses shown. Default:"
                            + " ${DEFAULT-VALUE}.")
    private double l2;

    @Option(
            names = "--learning-rate",
            paramLabel = "X",
            defaultValue = "0.001",
            description = "Size of the steps in the first epoch; smaller if the loss becomes infinite. Default:"
                    + " ${DEFAULT-VALUE}.")
    private double learningRate;

    @Option(
            names = "--schedule",
            paramLabel = "NAME",
            converter = EnumOption.OfSchedule.class,
            completionCandidates = EnumOption.OfSchedule.class,
            defaultValue = "constant",
            description = "How the learning rate falls: ${COMPLETION-CANDIDATES}. cosine falls smoothly to 0, step to a"
                    + " tenth after 1/2 and again after 3/4 of the epochs. Default: ${DEFAULT-VALUE}.")
    private LearningRateSchedule schedule;

    @Option(
            names = "--patience",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop after N epochs without a new lowest validation loss; 0 never stops. Default:"
                    + " ${DEFAULT-VALUE}.")
    private int patience;

    @Option(
            names = "--validation-fraction",
            paramLabel = "X",
            defaultValue = "0.2",
            description = "Share of the training examples that is kept for validation, in (0, 1). Default:"
                    + " ${DEFAULT-VALUE}.")
    private double validationFraction;

    @Option(
            names = "--limit",
            paramLabel = "N",
            defaultValue = "0",
            description = "Use N training examples at most, chosen at random; 0 for all. Default: ${DEFAULT-VALUE}.")
    private int limit;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "42",
            description = "What everything random follows from: the same seed gives the same run. Default:"
                    + " ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Threads on the CPU, 0 for all cores; results don't depend on it. Default: ${DEFAULT-VALUE}.")
    private int threads;

    @Option(
            names = "--device",
            paramLabel = "NAME",
            converter = EnumOption.OfDevice.class,
            completionCandidates = EnumOption.OfDevice.class,
            defaultValue = "auto",
            description = "What computes: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Device device;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where metrics, curves and report are written; files of an earlier run there are replaced."
                    + " Default: runs/<time>.")
    private Path out;

    /** Refuses what is out of range or does not go together, naming the option. */
    void check(CommandSpec spec) {
        boolean masks = regularizer == Regularizer.PERNODEDROP;
        onlyWith(spec, masks, noise, "--noise", "--regularizer pernodedrop");
        onlyWith(spec, masks, granularity, "--granularity", "--regularizer pernodedrop");
        onlyWith(spec, masks, fixedMask ? true : null, "--fixed-mask", "--regularizer pernodedrop");
        onlyWith(spec, regularizer != Regularizer.NONE, dropRate, "--drop-rate", "a --regularizer other than none");
        onlyWith(spec, optimizer == OptimizerKind.SGD, momentum, "--momentum", "--optimizer sgd");
        onlyWith(spec, optimizer == OptimizerKind.ADAMW, weightDecay, "--weight-decay", "--optimizer adamw");
        double p = dropRate();
        require(spec, p >= 0 && p < 1, "--drop-rate must be in [0, 1)", "--drop-rate", p);
        try {
            DropRate.of(p);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--drop-rate=" + p + ": " + e.getMessage(), e);
        }
        for (int units : hidden) {
            require(spec, units >= 1, "--hidden must be at least 1 for each layer", "--hidden", units);
        }
        require(spec, epochs >= 1, "--epochs must be at least 1", "--epochs", epochs);
        require(spec, batchSize >= 1, "--batch-size must be at least 1", "--batch-size", batchSize);
        require(spec, momentum() >= 0 && momentum() < 1, "--momentum must be in [0, 1)", "--momentum", momentum());
        // In single precision, as the backend computes.
        require(
                spec,
                weightDecay() >= 0 && weightDecay() <= Float.MAX_VALUE,
                "--weight-decay must be finite and at least 0",
                "--weight-decay",
                weightDecay());
        require(spec, l2 >= 0 && l2 <= Float.MAX_VALUE, "--l2 must be finite and at least 0", "--l2", l2);
        require(
                spec,
                learningRate > 0 && learningRate <= Float.MAX_VALUE,
                "--learning-rate must be finite and above 0",
                "--learning-rate",
                learningRate);
        require(spec, patience >= 0, "--patience must be at least 1, or 0 for off", "--patience", patience);
        require(
                spec,
                validationFraction > 0 && validationFraction < 1,
                "--validation-fraction must be in (0, 1)",
                "--validation-fraction",
                validationFraction);
        require(spec, limit >= 0, "--limit must be at least 1, or 0 for no limit", "--limit", limit);
        String range = "--threads must be in [0, " + CpuBackend.MAX_THREADS + "], 0 for all cores";
        require(spec, threads >= 0 && threads <= CpuBackend.MAX_THREADS, range, "--threads", threads);
    }

    private static void onlyWith(CommandSpec spec, boolean fits, Object given, String option, String needed) {
        if (given != null && !fits) {
            throw new ParameterException(
                    spec.commandLine(), option + " is only for " + needed + ": leave it out, or change the other");
        }
    }

    private static void require(CommandSpec spec, boolean holds, String rule, String option, Object value) {
        if (!holds) {
            throw new ParameterException(spec.commandLine(), rule + ": " + option + "=" + value);
        }
    }

    DataSource source(CommandSpec spec) {
        try {
            return DataSource.parse(data, label);
        } catch (IllegalArgumentException e) {
            throw new ParameterException(spec.commandLine(), "--" + e.getMessage(), e);
        }
    }

    ModelConfig model() {
        List<Integer> units = Arrays.stream(hidden).boxed().toList();
        Noise drawn = Objects.requireNonNullElse(noise, Noise.BERNOULLI);
        Granularity each = Objects.requireNonNullElse(granularity, Granularity.CONNECTION);
        return new ModelConfig(regularizer, drawn, each, fixedMask, dropRate(), units, activation, l2);
    }

    TrainingConfig training() {
        return new TrainingConfig(
                epochs, batchSize, optimizer, momentum(), weightDecay(), learningRate, schedule, patience, seed);
    }

    /** Every option as it is in force, by its name; those that are not used are null. */
    Map<String, Object> settings(Path directory) {
        boolean masks = regularizer == Regularizer.PERNODEDROP;
        ModelConfig model = model();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("data", data);
        settings.put("label", label);
        settings.put("regularizer", regularizer);
        settings.put("twin", hasTwin());
        settings.put("noise", masks ? model.noise() : null);
        settings.put("granularity", masks ? model.granularity() : null);
        settings.put("fixed_mask", masks ? fixedMask : null);
        settings.put("drop_rate", regularizer == Regularizer.NONE ? null : dropRate());
        settings.put("hidden", Arrays.stream(hidden).boxed().collect(Collectors.toList()));
        settings.put("activation", activation);
        settings.put("epochs", epochs);
        settings.put("batch_size", batchSize);
        settings.put("optimizer", optimizer);
        settings.put("momentum", optimizer == OptimizerKind.SGD ? momentum() : null);
        settings.put("weight_decay", optimizer == OptimizerKind.ADAMW ? weightDecay() : null);
        settings.put("l2", l2);
        settings.put("learning_rate", learningRate);
        settings.put("schedule", schedule);
        settings.put("patience", patience);
        settings.put("validation_fraction", validationFraction);
        settings.put("limit", limit);
        settings.put("seed", seed);
        settings.put("threads", threads);
        settings.put("device", device);
        settings.put("out", directory.toString());
        return settings;
    }

    Path out(LocalDateTime now) {
        return out == null ? Path.of("runs", TIME.format(now)) : out;
    }

    boolean hasTwin() {
        return regularizer != Regularizer.NONE && !noTwin;
    }

    double validationFraction() {
        return validationFraction;
    }

    int limit() {
        return limit;
    }

    int threads() {
        return threads;
    }

    Device device() {
        return device;
    }

    private double dropRate() {
        return dropRate == null ? DEFAULT_DROP_RATE : dropRate;
    }

    private double momentum() {
        return momentum == null ? TrainingConfig.DEFAULT_MOMENTUM : momentum;
    }

    private double weightDecay() {
        return weightDecay == null ? TrainingConfig.DEFAULT_WEIGHT_DECAY : weightDecay;
    }
}

package org.pernodedrop.cli;

import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.pernodedrop.backend.Backend;
import org.pernodedrop.backend.BackendOptions;
import org.pernodedrop.backend.Device;
import org.pernodedrop.backend.MatrixPrecision;
import org.pernodedrop.backend.MemoryUse;
import org.pernodedrop.data.DataSource;
import org.pernodedrop.train.DataOnDevice;
import org.pernodedrop.train.LearningRateSchedule;
import org.pernodedrop.train.OptimizerKind;
import org.pernodedrop.train.RunReport;
import org.pernodedrop.train.TrainingConfig;
import picocli.CommandLine.Option;

/** The options that say what to train on, how and where. */
final class TrainOptions {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd_HH-mm-ss");

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
            names = "--matrix-precision",
            paramLabel = "NAME",
            converter = EnumOption.OfPrecision.class,
            completionCandidates = EnumOption.OfPrecision.class,
            defaultValue = "fp32",
            description =
                    "How --device cuda multiplies ordinary matrices: ${COMPLETION-CANDIDATES}; tf32 rounds factors"
                            + " to 10 bits and is faster. Products with masks on connections are always fp32. Default:"
                            + " ${DEFAULT-VALUE}.")
    private MatrixPrecision precision;

    @Option(names = "--explain", description = "Say how each layer with masks on connections is computed, and why.")
    private boolean explain;

    @Option(
            names = "--graphs",
            negatable = true,
            defaultValue = "true",
            fallbackValue = "true",
            description = "Whether --device cuda records each training step as a CUDA graph; the numbers are the same"
                    + " without. Default: --graphs.")
    private boolean graphs;

    @Option(
            names = "--data-on-device",
            paramLabel = "WHERE",
            converter = EnumOption.OfDataOnDevice.class,
            completionCandidates = EnumOption.OfDataOnDevice.class,
            defaultValue = "auto",
            description = "Whether the data lies in the device's memory: ${COMPLETION-CANDIDATES}; auto asks for room"
                    + " beside the network. If not, batches are copied while others are computed on; the numbers are"
                    + " the same. Default: ${DEFAULT-VALUE}.")
    private DataOnDevice dataOnDevice;

    @Option(
            names = "--out",
            paramLabel = "DIR",
            description = "Where metrics, curves and report are written; files of an earlier run there are replaced."
                    + " Default: runs/<time>.")
    private Path out;

    /** Refuses what is out of range or does not go together, naming the option. */
    void check(OptionChecks checks) {
        choice(checks).check(checks);
        checks.onlyWith("--optimizer sgd", optimizer == OptimizerKind.SGD, "--momentum", momentum != null);
        checks.onlyWith("--optimizer adamw", optimizer == OptimizerKind.ADAMW, "--weight-decay", weightDecay != null);
        checks.require(epochs >= 1, "--epochs", "must be at least 1", epochs);
        checks.require(batchSize >= 1, "--batch-size", "must be at least 1", batchSize);
        checks.require(momentum() >= 0 && momentum() < 1, "--momentum", "must be in [0, 1)", momentum());
        // In single precision, as the backend computes.
        boolean decays = weightDecay() >= 0 && weightDecay() <= Float.MAX_VALUE;
        checks.require(decays, "--weight-decay", "must be finite and at least 0", weightDecay());
        boolean learns = learningRate > 0 && learningRate <= Float.MAX_VALUE;
        checks.require(learns, "--learning-rate", "must be finite and above 0", learningRate);
        checks.require(patience >= 0, "--patience", "must be at least 1, or 0 for off", patience);
        boolean splits = validationFraction > 0 && validationFraction < 1;
        checks.require(splits, "--validation-fraction", "must be in (0, 1)", validationFraction);
        checks.require(limit >= 0, "--limit", "must be at least 1, or 0 for no limit", limit);
    }

    DataSource source(OptionChecks checks) {
        try {
            return DataSource.parse(data, label);
        } catch (IllegalArgumentException e) {
            throw checks.refusal("--" + e.getMessage());
        }
    }

    Backend backend(OptionChecks checks, Consumer<String> notice) {
        return choice(checks).open(checks, notice);
    }

    /** How a backend of these options was used until now. */
    RunReport.DeviceUse deviceUse(OptionChecks checks, Backend backend, boolean dataLaidThere) {
        BackendChoice choice = choice(checks);
        MemoryUse memory = backend.memory();
        return new RunReport.DeviceUse(
                memory.peak(), memory.total(), dataLaidThere, choice.graphsOn(backend), choice.precisionOn(backend));
    }

    private BackendChoice choice(OptionChecks checks) {
        try {
            return new BackendChoice(BackendOptions.of(device)
                    .withThreads(threads)
                    .withPrecision(precision)
                    .withGraphs(graphs));
        } catch (IllegalArgumentException e) {
            throw checks.refusal("--" + e.getMessage());
        }
    }

    boolean explain() {
        return explain;
    }

    DataOnDevice dataOnDevice() {
        return dataOnDevice;
    }

    TrainingConfig training() {
        return new TrainingConfig(
                epochs, batchSize, optimizer, momentum(), weightDecay(), learningRate, schedule, patience, seed);
    }

    /** Every option as it is in force, by its name, those of the model among them; those that are not used are null. */
    Map<String, Object> settings(Map<String, Object> model, Path directory) {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("data", data);
        settings.put("label", label);
        settings.putAll(model);
        settings.put("epochs", epochs);
        settings.put("batch_size", batchSize);
        settings.put("optimizer", optimizer);
        settings.put("momentum", optimizer == OptimizerKind.SGD ? momentum() : null);
        settings.put("weight_decay", optimizer == OptimizerKind.ADAMW ? weightDecay() : null);
        settings.put("learning_rate", learningRate);
        settings.put("schedule", schedule);
        settings.put("patience", patience);
        settings.put("validation_fraction", validationFraction);
        settings.put("limit", limit);
        settings.put("seed", seed);
        settings.put("threads", threads);
        settings.put("device", device);
        settings.put("matrix_precision", precision);
        settings.put("graphs", graphs);
        settings.put("data_on_device", dataOnDevice);
        settings.put("out", directory.toString());
        return settings;
    }

    Path out(LocalDateTime now) {
        return out == null ? Path.of("runs", TIME.format(now)) : out;
    }

    double validationFraction() {
        return validationFraction;
    }

    int limit() {
        return limit;
    }

    private double momentum() {
        return momentum == null ? TrainingConfig.DEFAULT_MOMENTUM : momentum;
    }

    private double weightDecay() {
        return weightDecay == null ? TrainingConfig.DEFAULT_WEIGHT_DECAY : weightDecay;
    }
}

package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.train.TrainingConfig;
import org.pernodedrop.train.TrainingConfig.LearningRateSchedule;
import org.pernodedrop.train.TrainingConfig.OptimizerKind;
import picocli.CommandLine.Option;

/** Options of the optimization. */
final class OptimizationOptions {
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

    void check(OptionChecks checks) {
        checks.onlyWith("--optimizer sgd", optimizer == OptimizerKind.SGD, "--momentum", momentum != null);
        checks.onlyWith("--optimizer adamw", optimizer == OptimizerKind.ADAMW, "--weight-decay", weightDecay != null);
        checks.require(epochs >= 1, "--epochs", "must be at least 1", epochs);
        checks.require(batchSize >= 1, "--batch-size", "must be at least 1", batchSize);
        checks.require(momentum() >= 0 && momentum() < 1, "--momentum", "must be in [0, 1)", momentum());
        // Must be representable in single precision, as the backend computes.
        boolean decays = weightDecay() >= 0 && weightDecay() <= Float.MAX_VALUE;
        checks.require(decays, "--weight-decay", "must be finite and at least 0", weightDecay());
        boolean learns = learningRate > 0 && learningRate <= Float.MAX_VALUE;
        checks.require(learns, "--learning-rate", "must be finite and above 0", learningRate);
        checks.require(patience >= 0, "--patience", "must be at least 1, or 0 for off", patience);
    }

    TrainingConfig training(long seed) {
        return new TrainingConfig(
                epochs, batchSize, optimizer, momentum(), weightDecay(), learningRate, schedule, patience, seed);
    }

    /** The effective value of every option by its name; unused ones are null. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("epochs", epochs);
        settings.put("batch_size", batchSize);
        settings.put("optimizer", optimizer);
        settings.put("momentum", optimizer == OptimizerKind.SGD ? momentum() : null);
        settings.put("weight_decay", optimizer == OptimizerKind.ADAMW ? weightDecay() : null);
        settings.put("learning_rate", learningRate);
        settings.put("schedule", schedule);
        settings.put("patience", patience);
        return settings;
    }

    private double momentum() {
        return momentum == null ? TrainingConfig.DEFAULT_MOMENTUM : momentum;
    }

    private double weightDecay() {
        return weightDecay == null ? TrainingConfig.DEFAULT_WEIGHT_DECAY : weightDecay;
    }
}

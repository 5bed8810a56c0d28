package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;
import org.pernodedrop.train.Architecture;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Options of the model: layers and regularizer. */
final class ModelOptions {
    private static final double DEFAULT_DROP_RATE = 0.3;

    @Option(
            names = "--regularizer",
            paramLabel = "NAME",
            defaultValue = "pernodedrop",
            description = "What hidden layers do against overfitting: ${COMPLETION-CANDIDATES}. Unless it is none, the"
                    + " same network without is trained too. Default: ${DEFAULT-VALUE}.")
    private Regularizer regularizer;

    @Option(names = "--no-twin", description = "Don't train the network without the regularizer for comparison.")
    private boolean noTwin;

    @Option(
            names = "--noise",
            paramLabel = "NAME",
            description = "What pernodedrop multiplies connections by: ${COMPLETION-CANDIDATES}. bernoulli cuts them,"
                    + " gaussian perturbs all, partial-gaussian perturbs some. Default: bernoulli.")
    private Noise noise;

    @Option(
            names = "--granularity",
            paramLabel = "NAME",
            description = "What pernodedrop draws a value for, in each sample: ${COMPLETION-CANDIDATES}. Default:"
                    + " connection.")
    private Granularity granularity;

    @Option(
            names = "--fixed-mask",
            description = "Let pernodedrop draw one mask for all samples and steps, also used in evaluation.")
    private boolean fixedMask;

    @Option(
            names = "--strategy",
            paramLabel = "NAME",
            description =
                    "How pernodedrop with masks on connections is computed: ${COMPLETION-CANDIDATES}. auto takes the"
                            + " fastest that draws the defined mask; reparameterized draws gaussian noise at the outputs, another"
                            + " sample of the same distribution. Default: auto.")
    private Strategy strategy;

    @Option(
            names = "--drop-rate",
            paramLabel = "P",
            description = "Share of connections or units to drop, in [0, 1). Default: " + DEFAULT_DROP_RATE + ".")
    private Double dropRate;

    @Mixin
    private final Layers network = new Layers();

    /** Refuses values that are out of range or contradict each other, naming the option. */
    void check(OptionChecks checks) {
        boolean masks = regularizer == Regularizer.PERNODEDROP;
        checks.onlyWith("--regularizer pernodedrop", masks, "--noise", noise != null);
        checks.onlyWith("--regularizer pernodedrop", masks, "--granularity", granularity != null);
        checks.onlyWith("--regularizer pernodedrop", masks, "--fixed-mask", fixedMask);
        checks.onlyWith("--regularizer pernodedrop", masks, "--strategy", strategy != null);
        boolean drops = regularizer != Regularizer.NONE;
        checks.onlyWith("a --regularizer other than none", drops, "--drop-rate", dropRate != null);
        double p = dropRate();
        checks.require(p >= 0 && p < 1, "--drop-rate", "must be in [0, 1)", p);
        checks.valid("--drop-rate=" + p + ": ", this::model);
        if (masks) {
            try {
                StrategyChoice.require(strategy(), model().mask(), 1);
            } catch (IllegalArgumentException e) {
                throw checks.refusal("--strategy=" + strategy + ": " + e.getMessage());
            }
        }
        network.check(checks);
    }

    ModelConfig model() {
        Noise drawn = Objects.requireNonNullElse(noise, Noise.BERNOULLI);
        Granularity each = Objects.requireNonNullElse(granularity, Granularity.CONNECTION);
        return new ModelConfig(
                regularizer,
                drawn,
                each,
                fixedMask,
                strategy(),
                DropRate.of(dropRate(), Noise.GAUSSIAN),
                network.architecture,
                network.activation,
                network.l2);
    }

    boolean hasTwin() {
        return regularizer != Regularizer.NONE && !noTwin;
    }

    /** The effective value of every option by its name; unused ones are null. */
    Map<String, Object> settings() {
        boolean masks = regularizer == Regularizer.PERNODEDROP;
        ModelConfig model = model();
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("regularizer", regularizer);
        settings.put("twin", hasTwin());
        settings.put("noise", masks ? model.noise() : null);
        settings.put("granularity", masks ? model.granularity() : null);
        settings.put("fixed_mask", masks ? fixedMask : null);
        settings.put("strategy", masks ? strategy() : null);
        settings.put("drop_rate", regularizer == Regularizer.NONE ? null : dropRate());
        settings.putAll(network.settings());
        return settings;
    }

    private Strategy strategy() {
        return Objects.requireNonNullElse(strategy, Strategy.AUTO);
    }

    private double dropRate() {
        return dropRate == null ? DEFAULT_DROP_RATE : dropRate;
    }

    /** Options of the layers, independent of the regularizer. */
    static final class Layers {
        @Option(
                names = "--network",
                paramLabel = "SPEC",
                hideParamSyntax = true,
                defaultValue = "mlp:256,256",
                description = "Layers: " + Architecture.SPECIFICATIONS + ". Default: ${DEFAULT-VALUE}.")
        Architecture architecture;

        @Option(
                names = "--activation",
                paramLabel = "NAME",
                defaultValue = "relu",
                description = "Activation of the hidden layers: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
        Activation activation;

        @Option(
                names = "--l2",
                paramLabel = "X",
                defaultValue = "0",
                description =
                        "Penalty on weights, X/2 times the sum of their squares, not part of the losses shown. Default:"
                                + " ${DEFAULT-VALUE}.")
        double l2;

        void check(OptionChecks checks) {
            checks.require(l2 >= 0 && l2 <= Float.MAX_VALUE, "--l2", "must be finite and at least 0", l2);
        }

        /** The effective value of every option by its name. */
        Map<String, Object> settings() {
            Map<String, Object> settings = new LinkedHashMap<>();
            settings.put("network", architecture.toString());
            settings.put("activation", activation);
            settings.put("l2", l2);
            return settings;
        }
    }
}

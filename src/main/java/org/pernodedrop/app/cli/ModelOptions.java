package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.strategy.Strategy;
import org.pernodedrop.strategy.StrategyChoice;
import org.pernodedrop.train.ModelConfig;
import org.pernodedrop.train.ModelConfig.Regularizer;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The options that say what a network is. */
final class ModelOptions {
    private static final double DEFAULT_DROP_RATE = 0.3;

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
            names = "--strategy",
            paramLabel = "NAME",
            converter = EnumOption.OfStrategy.class,
            completionCandidates = EnumOption.OfStrategy.class,
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
    private final NetworkOptions network = new NetworkOptions();

    /** Refuses what is out of range or does not go together, naming the option. */
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
        try {
            model();
        } catch (IllegalArgumentException e) {
            throw checks.refusal("--drop-rate=" + p + ": " + e.getMessage());
        }
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
                dropRate(),
                network.architecture(),
                network.activation(),
                network.l2());
    }

    boolean hasTwin() {
        return regularizer != Regularizer.NONE && !noTwin;
    }

    /** Every option as it is in force, by its name; those that are not used are null. */
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
}

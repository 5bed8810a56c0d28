package org.pernodedrop.app.cli;

import java.util.LinkedHashMap;
import java.util.Map;
import org.pernodedrop.kernels.Activation;
import org.pernodedrop.train.Architecture;
import picocli.CommandLine.Option;

/** The options that say what a network is, whatever is done against overfitting. */
final class NetworkOptions {
    @Option(
            names = "--network",
            paramLabel = "SPEC",
            hideParamSyntax = true,
            defaultValue = "mlp:256,256",
            converter = OptionValues.OfArchitecture.class,
            description = "Layers: " + Architecture.SPECIFICATIONS + ". Default: ${DEFAULT-VALUE}.")
    private Architecture architecture;

    @Option(
            names = "--activation",
            paramLabel = "NAME",
            converter = EnumOption.OfActivation.class,
            completionCandidates = EnumOption.OfActivation.class,
            defaultValue = "relu",
            description = "Activation of the hidden layers: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Activation activation;

    @Option(
            names = "--l2",
            paramLabel = "X",
            defaultValue = "0",
            description =
                    "Penalty on weights, X/2 times the sum of their squares, not part of the losses shown. Default:"
                            + " ${DEFAULT-VALUE}.")
    private double l2;

    void check(OptionChecks checks) {
        checks.require(l2 >= 0 && l2 <= Float.MAX_VALUE, "--l2", "must be finite and at least 0", l2);
    }

    Architecture architecture() {
        return architecture;
    }

    Activation activation() {
        return activation;
    }

    double l2() {
        return l2;
    }

    /** Every option as it is in force, by its name. */
    Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("network", architecture.toString());
        settings.put("activation", activation);
        settings.put("l2", l2);
        return settings;
    }
}

package org.pernodedrop.app.cli;

import java.util.function.Supplier;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Granularity;
import org.pernodedrop.mask.MaskSpec;
import org.pernodedrop.mask.Noise;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refusals that name the option.
 *
 * @param spec the command whose options are checked
 */
record OptionChecks(CommandSpec spec) {
    /** Refuses a value of an option that breaks a rule. */
    void require(boolean holds, String option, String rule, Object value) {
        if (!holds) {
            throw refusal(option + " " + rule + ": " + option + "=" + value);
        }
    }

    /** Refuses an option whose condition is not met. */
    void onlyWith(String needed, boolean present, String option, boolean given) {
        if (given && !present) {
            throw refusal(option + " is only for " + needed + ": leave it out, or change the other");
        }
    }

    /** Creates a mask with an option's rate; refuses a rate that the noise cannot draw. */
    MaskSpec mask(String option, Noise noise, Granularity granularity, DropRate rate, boolean fixed) {
        return valid(option + "=" + rate.requested() + ": ", () -> new MaskSpec(noise, granularity, rate, fixed));
    }

    /** The result of an operation; an illegal argument is refused as wrong usage, by its message behind a beginning. */
    <T> T valid(String beginning, Supplier<T> operation) {
        try {
            return operation.get();
        } catch (IllegalArgumentException e) {
            throw refusal(beginning + e.getMessage());
        }
    }

    ParameterException refusal(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

package org.pernodedrop.app.cli;

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
        try {
            return new MaskSpec(noise, granularity, rate, fixed);
        } catch (IllegalArgumentException e) {
            throw refusal(option + "=" + rate.requested() + ": " + e.getMessage());
        }
    }

    ParameterException refusal(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

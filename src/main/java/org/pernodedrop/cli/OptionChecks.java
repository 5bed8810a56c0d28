package org.pernodedrop.cli;

import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/**
 * Refusals that name the option.
 *
 * @param spec the command whose options are checked
 */
record OptionChecks(CommandSpec spec) {
    /** Refuses a value of an option unless it holds the rule. */
    void require(boolean holds, String option, String rule, Object value) {
        if (!holds) {
            throw refusal(option + " " + rule + ": " + option + "=" + value);
        }
    }

    /** Refuses an option that was given without what it needs. */
    void onlyWith(String needed, boolean present, String option, boolean given) {
        if (given && !present) {
            throw refusal(option + " is only for " + needed + ": leave it out, or change the other");
        }
    }

    ParameterException refusal(String message) {
        return new ParameterException(spec.commandLine(), message);
    }
}

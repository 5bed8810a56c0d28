package org.pernodedrop.app.cli;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.UnaryOperator;
import picocli.CommandLine.Model.CommandSpec;

/** The arguments of a command as they were given; for a file with arguments stands what it holds. */
final class Arguments {
    private Arguments() {}

    /** Those behind the command's own name. */
    static List<String> of(CommandSpec spec) {
        List<String> all = spec.commandLine().getParseResult().expandedArgs();
        boolean named = spec.parent() != null && !all.isEmpty() && all.get(0).equals(spec.name());
        return named ? all.subList(1, all.size()) : all;
    }

    /** The same without an option and its value, given as one argument or as two. */
    static List<String> without(String option, List<String> arguments) {
        List<String> others = new ArrayList<>();
        for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
            String argument = each.next();
            if (argument.equals(option)) {
                each.next();
            } else if (!argument.startsWith(option + "=")) {
                others.add(argument);
            }
        }
        return others;
    }

    /** The same with another value for an option, wherever it is given. */
    static List<String> with(String option, UnaryOperator<String> value, List<String> arguments) {
        List<String> changed = new ArrayList<>();
        for (Iterator<String> each = arguments.iterator(); each.hasNext(); ) {
            String argument = each.next();
            if (argument.equals(option)) {
                changed.add(argument);
                changed.add(value.apply(each.next()));
            } else if (argument.startsWith(option + "=")) {
                changed.add(option + "=" + value.apply(argument.substring(option.length() + 1)));
            } else {
                changed.add(argument);
            }
        }
        return changed;
    }
}

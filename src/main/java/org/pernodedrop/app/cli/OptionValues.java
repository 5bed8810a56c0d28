package org.pernodedrop.app.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.pernodedrop.app.bench.ShapeText;
import org.pernodedrop.backend.StepState;
import org.pernodedrop.kernels.ConnectionShape;
import org.pernodedrop.mask.DropRate;
import org.pernodedrop.mask.Noise;
import org.pernodedrop.train.Architecture;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.TypeConversionException;

/** Converters of option values; values out of range are refused as wrong usage with the option's name. */
final class OptionValues {
    private OptionValues() {}

    /**
     * Registers converters by type for all options of a command and its subcommands: constants of an enum go by the
     * names that their {@code toString} gives.
     */
    static CommandLine registered(CommandLine command) {
        command.registerConverter(Path.class, OptionValues::path)
                .registerConverter(Architecture.class, refusing(Architecture::parse))
                .registerConverter(ConnectionShape.class, refusing(ShapeText::parse))
                // A rate that cannot be quantised is usable by Gaussian noise only.
                .registerConverter(DropRate.class, refusing(text -> DropRate.of(number(text), Noise.GAUSSIAN)));
        for (OptionSpec option : command.getCommandSpec().options()) {
            registerEnum(command, option.auxiliaryTypes()[0]);
        }
        command.getSubcommands().values().forEach(OptionValues::registered);
        return command;
    }

    private static <T> void registerEnum(CommandLine command, Class<T> type) {
        if (type.isEnum()) {
            command.registerConverter(type, name -> constant(type, name));
        }
    }

    private static <T> T constant(Class<T> type, String name) {
        for (T value : type.getEnumConstants()) {
            if (value.toString().equals(name)) {
                return value;
            }
        }
        String names =
                Arrays.stream(type.getEnumConstants()).map(Object::toString).collect(Collectors.joining(", "));
        throw new TypeConversionException("must be one of " + names + ", but was '" + name + "'");
    }

    private static <T> ITypeConverter<T> refusing(Function<String, T> parser) {
        return text -> {
            try {
                return parser.apply(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        };
    }

    // An empty name, as from an unset variable, would mean the current folder.
    private static Path path(String text) {
        if (text.isBlank()) {
            throw new TypeConversionException("must name a file or folder, but was '" + text
                    + "'; is a variable not set? The current folder is .");
        }
        try {
            return Path.of(text);
        } catch (InvalidPathException e) {
            throw new TypeConversionException("must be a path that can be: " + e.getMessage());
        }
    }

    /** A whole number of at least 1. */
    static final class Positive implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) wholeNumber(text, 1, Integer.MAX_VALUE);
        }
    }

    /** A whole number of at least 0. */
    static final class NotNegative implements ITypeConverter<Integer> {
        @Override
        public Integer convert(String text) {
            return (int) wholeNumber(text, 0, Integer.MAX_VALUE);
        }
    }

    /** A number of bytes, at least 1; K, M, G and T stand for powers of 1,024. */
    static final class Bytes implements ITypeConverter<Long> {
        private static final String UNITS = "KMGT";

        @Override
        public Long convert(String text) {
            int unit = text.isEmpty() ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(text.length() - 1)));
            String number = unit < 0 ? text : text.substring(0, text.length() - 1);
            try {
                long bytes = Math.multiplyExact(Long.parseLong(number), 1L << 10 * (unit + 1));
                if (bytes > 0) {
                    return bytes;
                }
            } catch (NumberFormatException | ArithmeticException e) {
                // Refused below like numbers out of range.
            }
            throw new TypeConversionException(
                    "must be a number of bytes, at least 1 and below 2^63, such as 1000000, 500M" + " or 64G, but was '"
                            + text + "'");
        }
    }

    /** A training step. */
    static final class Step implements ITypeConverter<Long> {
        @Override
        public Long convert(String text) {
            return wholeNumber(text, 0, StepState.LAST_STEP);
        }
    }

    /**
     * A column of a table. An empty name, as from an unset variable, would mean an unnamed index column and is refused.
     */
    static final class Column implements ITypeConverter<String> {
        @Override
        public String convert(String text) {
            if (text.isBlank()) {
                throw new TypeConversionException("must be the name of a column or its number from 0, but was '" + text
                        + "'; is a variable not set? A column without a name goes by its number");
            }
            return text;
        }
    }

    /** A time in seconds: finite, above 0. */
    static final class Seconds implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            return finite(text, number(text) > 0, "must be above 0");
        }
    }

    /** A time in seconds: finite, at least 0. */
    static final class NotNegativeSeconds implements ITypeConverter<Double> {
        @Override
        public Double convert(String text) {
            return finite(text, number(text) >= 0, "must be at least 0");
        }
    }

    private static double finite(String text, boolean holds, String rule) {
        double value = number(text);
        if (!holds || Double.isInfinite(value)) {
            throw new TypeConversionException(rule + " and finite, but was '" + text + "'");
        }
        return value;
    }

    private static long wholeNumber(String text, long lowest, long highest) {
        try {
            long value = Long.parseLong(text);
            if (value >= lowest && value <= highest) {
                return value;
            }
        } catch (NumberFormatException e) {
            // Refused below like numbers out of range.
        }
        throw new TypeConversionException(
                "must be a whole number in [" + lowest + ", " + highest + "], but was '" + text + "'");
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new TypeConversionException("'" + text + "' is not a number");
        }
    }
}

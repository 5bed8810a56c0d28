package org.pernodedrop.app.report;

import java.util.Locale;

/** Formats numbers for readers. */
public final class Numbers {
    private static final String[] PREFIXES = {"", "k", "M", "G", "T", "P"};
    private static final String[] BINARY = {"B", "KiB", "MiB", "GiB", "TiB"};

    private Numbers() {}

    /** With three significant digits. */
    public static String of(double value) {
        double size = Math.abs(value);
        int decimals = size >= 100 || size == 0 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    /** With a prefix: 1.25 T. */
    public static String prefixed(double value, String unit) {
        return scaled(value, 1000, PREFIXES) + unit;
    }

    /** Bytes: 98 MiB. */
    public static String bytes(double value) {
        return scaled(value, 1024, BINARY);
    }

    private static String scaled(double value, int base, String[] units) {
        int power = 0;
        double scaled = value;
        while (scaled >= base && power < units.length - 1) {
            scaled /= base;
            power++;
        }
        return of(scaled) + " " + units[power];
    }
}

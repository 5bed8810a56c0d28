package org.pernodedrop.driver;

import java.util.Locale;

/** Amounts of memory as text. */
public final class Bytes {
    private static final String[] UNITS = {"KiB", "MiB", "GiB"};

    private Bytes() {}

    /** The amount in the largest unit of which there is at least one, up to GiB: {@code 1.5 MiB}. */
    public static String of(long bytes) {
        int unit = 0;
        while (unit < UNITS.length && bytes >> 10 * (unit + 1) > 0) {
            unit++;
        }
        return unit == 0
                ? bytes + " bytes"
                : String.format(Locale.ROOT, "%.1f %s", bytes / (double) (1L << 10 * unit), UNITS[unit - 1]);
    }
}

package org.pernodedrop.backend.cuda;

import java.util.Locale;

/** Amounts of memory in words. */
final class Bytes {
    private static final long KIB = 1L << 10;
    private static final long MIB = 1L << 20;
    private static final long GIB = 1L << 30;

    private Bytes() {}

    /** In the largest unit that leaves at least one. */
    static String of(long bytes) {
        if (bytes >= GIB) {
            return in(bytes, GIB, "GiB");
        }
        if (bytes >= MIB) {
            return in(bytes, MIB, "MiB");
        }
        return bytes >= KIB ? in(bytes, KIB, "KiB") : bytes + " bytes";
    }

    private static String in(long bytes, long unit, String name) {
        return String.format(Locale.ROOT, "%.1f %s", (double) bytes / unit, name);
    }
}

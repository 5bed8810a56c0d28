package org.pernodedrop.data;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Options for reading data files.
 *
 * @param label name or 0-based index of the label column of a CSV file; empty for the last one, and for other files
 * @param header whether the first row of a CSV file is a header
 * @param maxUnpackedBytes limit on the unpacked bytes of a gzip file, at least 1; {@value #STANDARD_LIMIT} for 1 GiB or
 *     32 times the file's size, whichever is larger
 * @param notice receives one line for every decision about a file that was not obvious, and for every likely mistake
 */
public record Reading(Optional<String> label, Header header, long maxUnpackedBytes, Consumer<String> notice) {
    /** Selects the limit that depends on the file's size. */
    public static final long STANDARD_LIMIT = 0;

    /** Refuses nulls and limits below 0. */
    public Reading {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(header, "header");
        Objects.requireNonNull(notice, "notice");
        if (maxUnpackedBytes < 0) {
            throw new IllegalArgumentException(
                    "maxUnpackedBytes must be at least 1, or 0 for the standard limit: maxUnpackedBytes="
                            + maxUnpackedBytes);
        }
    }

    /** The last column is the label, the header is detected, and notices are dropped. */
    public static Reading standard() {
        return new Reading(Optional.empty(), Header.AUTO, STANDARD_LIMIT, line -> {});
    }

    /** A copy with another label column; null for the last. */
    public Reading withLabel(String column) {
        return new Reading(Optional.ofNullable(column), header, maxUnpackedBytes, notice);
    }

    /** A copy with another header setting. */
    public Reading withHeader(Header known) {
        return new Reading(label, known, maxUnpackedBytes, notice);
    }

    /** A copy with another limit. */
    public Reading withMaxUnpackedBytes(long limit) {
        return new Reading(label, header, limit, notice);
    }

    /** A copy with another receiver of notices. */
    public Reading telling(Consumer<String> listener) {
        return new Reading(label, header, maxUnpackedBytes, listener);
    }

    /** Whether the first row of a CSV file is a header. */
    public enum Header {
        /** Unknown: detected from the row and the rows below it. */
        AUTO,
        /** It holds the column names. */
        YES,
        /** It is an example. */
        NO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

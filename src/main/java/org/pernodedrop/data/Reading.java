package org.pernodedrop.data;

import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * How files of data are read.
 *
 * @param label name or 0-based index of the label column of a CSV file; empty for the last one, and for other files
 * @param header of a CSV file
 * @param maxUnpackedBytes most bytes that a gzip file may unpack to, at least 1; {@value #STANDARD_LIMIT} for 1 GiB, or 32
 *     times its size if that is more
 * @param notice told, in one line each, what was decided about a file where that was not obvious, and what looks like a
 *     mistake
 */
public record Reading(Optional<String> label, Header header, long maxUnpackedBytes, Consumer<String> notice) {
    /** The limit that depends on the size of the file. */
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

    /** The last column is the label, the header is decided by what is there, and notices go nowhere. */
    public static Reading standard() {
        return new Reading(Optional.empty(), Header.AUTO, STANDARD_LIMIT, line -> {});
    }

    /** The same with a label column; null for none. */
    public Reading withLabel(String column) {
        return new Reading(Optional.ofNullable(column), header, maxUnpackedBytes, notice);
    }

    /** The same with another header. */
    public Reading withHeader(Header known) {
        return new Reading(label, known, maxUnpackedBytes, notice);
    }

    /** The same with another limit. */
    public Reading withMaxUnpackedBytes(long limit) {
        return new Reading(label, header, limit, notice);
    }

    /** The same, telling somebody else. */
    public Reading telling(Consumer<String> listener) {
        return new Reading(label, header, maxUnpackedBytes, listener);
    }

    /** What is known of the first row of a CSV file. */
    public enum Header {
        /** Nothing: what stands in it and below it decides. */
        AUTO,
        /** It holds the names of the columns. */
        YES,
        /** It is an example like all others. */
        NO;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}

package org.pernodedrop.data;

import java.util.Locale;

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
